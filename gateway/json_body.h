// A request body that is one JSON object, checked before and while it is parsed: valid UTF-8, at
// most 32 levels deep, no key twice, no NUL, no number outside of a double.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

// The object. invalid_json, saying what is wrong; invalid_field when it is JSON but no object.
absl::StatusOr<nlohmann::json> parse_json_object(std::string_view text);

// Reads an object's members by name and type. The first thing that is wrong is kept and turns up in
// finish(); members that are null count as absent. Does not own the object.
class JsonFields {
 public:
  explicit JsonFields(const nlohmann::json& object) : object_(object) {}

  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  // 7 and 7.0 count, 7.5 and "7" don't.
  std::optional<int64_t> whole_number(std::string_view name, int64_t lowest, int64_t highest);
  std::optional<double> number(std::string_view name, double lowest, double highest);
  std::vector<int64_t> whole_numbers(std::string_view name, size_t max_items);
  std::map<std::string, std::string> texts(std::string_view name, size_t max_items);

  // nullptr without one.
  const nlohmann::json* object(std::string_view name);
  std::vector<std::string> text_list(std::string_view name, size_t max_items);

  // Keeps an error of the caller's own.
  void fail(std::string_view name, std::string_view problem);
  // invalid_field: the first unknown member, or else the first wrong value.
  absl::Status finish() const;

 private:
  const nlohmann::json* find(std::string_view name);

  const nlohmann::json& object_;
  std::set<std::string, std::less<>> known_;
  absl::Status status_;
};

}  // namespace easel
