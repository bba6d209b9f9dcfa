// Typed and checked access to a component's config.json, in straight lines:
//
//   ConfigReader reader(json, "transformer/config.json");
//   config.num_layers = reader.required_int("num_layers", 1, 1000);
//   config.guidance_embeds = reader.bool_or("guidance_embeds", false);
//   EASEL_RETURN_IF_ERROR(reader.status());
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace easel {

// Keeps the first error (BAD_WEIGHTS, naming source, key, value and what is allowed); a call that
// fails returns the default, or the smallest allowed value where there is none. A key with null
// counts as absent. For one thread; the JSON must outlive the reader.
class ConfigReader {
 public:
  ConfigReader(const nlohmann::json& json, std::string source);

  bool has(std::string_view key) const;  // present and not null

  int64_t required_int(std::string_view key, int64_t min, int64_t max);
  int64_t int_or(std::string_view key, int64_t default_value, int64_t min, int64_t max);
  double number_or(std::string_view key, double default_value);  // finite
  bool bool_or(std::string_view key, bool default_value);
  std::string string_or(std::string_view key, std::string default_value);
  // A list of min_len to max_len integers within [min, max]; required.
  std::vector<int64_t> ints(std::string_view key, size_t min_len, size_t max_len, int64_t min,
                            int64_t max);
  // A list of min_len to max_len strings; required.
  std::vector<std::string> strings(std::string_view key, size_t min_len, size_t max_len);

  // For checks over several keys: keeps `what` as the error, unless there was one before.
  void fail(std::string_view key, std::string_view what);

  absl::Status status() const { return status_; }
  const std::string& source() const { return source_; }

 private:
  const nlohmann::json* find(std::string_view key) const;
  const nlohmann::json* require(std::string_view key, std::string_view expected);
  int64_t checked_int(std::string_view key, const nlohmann::json& value, int64_t min, int64_t max,
                      int64_t fallback);
  void wrong(std::string_view key, const nlohmann::json& value, std::string_view expected);

  const nlohmann::json& json_;
  std::string source_;
  absl::Status status_;
};

}  // namespace easel
