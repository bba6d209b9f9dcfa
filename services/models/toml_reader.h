// Strict reading of one TOML table: every key must be asked for, every value must have its type.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace easel {

// Reads a table that it does not own. The first thing that is wrong is kept, with its line, and
// turns up in `finish`; until then absent and wrong values read as nothing.
class TomlReader {
 public:
  // `place` stands in messages before the line: "models.toml".
  TomlReader(const toml::table& table, std::string place);

  std::optional<std::string> string(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<int64_t> integer(std::string_view key, int64_t lowest, int64_t highest);
  // A whole number counts as one.
  std::optional<double> number(std::string_view key, double lowest, double highest);
  // [lowest, highest]
  std::optional<std::pair<double, double>> range(std::string_view key, double lowest,
                                                 double highest);
  std::vector<std::string> strings(std::string_view key);
  const toml::table* table(std::string_view key);

  // Keeps an error of the caller's own, at the line of `key` or else of the table.
  void fail(std::string_view key, std::string_view message);

  // INVALID_FIELD with the first key that nobody asked for (a mistyped one is often why another is
  // missing), or else the first wrong value.
  absl::Status finish() const;

 private:
  const toml::node* find(std::string_view key);
  std::optional<double> number_of(const toml::node& node, std::string_view key, double lowest,
                                  double highest);

  const toml::table& table_;
  std::string place_;
  std::set<std::string, std::less<>> known_;
  absl::Status status_;
};

// "models.toml:7: ", for messages.
std::string toml_place(std::string_view file, const toml::source_region& region);

}  // namespace easel
