#include "services/models/toml_reader.h"

#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/quote.h"

namespace easel {

std::string toml_place(std::string_view file, const toml::source_region& region) {
  return concat(file, ":", region.begin.line, ": ");
}

TomlReader::TomlReader(const toml::table& table, std::string place)
    : table_(table), place_(std::move(place)) {}

const toml::node* TomlReader::find(std::string_view key) {
  known_.insert(std::string(key));
  return table_.get(key);
}

void TomlReader::fail(std::string_view key, std::string_view message) {
  if (!status_.ok()) return;
  const toml::node* node = table_.get(key);
  const toml::source_region& region = node ? node->source() : table_.source();
  status_ = invalid_field(toml_place(place_, region), message);
}

std::optional<std::string> TomlReader::string(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) return text->get();
  fail(key, concat("'", key, "' must be a string"));
  return std::nullopt;
}

std::optional<bool> TomlReader::boolean(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_boolean()) return value->get();
  fail(key, concat("'", key, "' must be true or false"));
  return std::nullopt;
}

std::optional<int64_t> TomlReader::integer(std::string_view key, int64_t lowest, int64_t highest) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_integer();
  if (value != nullptr && value->get() >= lowest && value->get() <= highest) return value->get();
  fail(key, concat("'", key, "' must be a whole number from ", lowest, " to ", highest));
  return std::nullopt;
}

std::optional<double> TomlReader::number_of(const toml::node& node, std::string_view key,
                                            double lowest, double highest) {
  const std::optional<double> value = node.is_number() ? node.value<double>() : std::nullopt;
  // NaN is refused too: it compares false.
  if (value && *value >= lowest && *value <= highest) return value;
  fail(key, concat("'", key, "' must be a number from ", lowest, " to ", highest));
  return std::nullopt;
}

std::optional<double> TomlReader::number(std::string_view key, double lowest, double highest) {
  const toml::node* node = find(key);
  return node == nullptr ? std::nullopt : number_of(*node, key, lowest, highest);
}

std::optional<std::pair<double, double>> TomlReader::range(std::string_view key, double lowest,
                                                           double highest) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const toml::array* pair = node->as_array();
  if (pair == nullptr || pair->size() != 2) {
    fail(key, concat("'", key, "' must be a pair of numbers: [lowest, highest]"));
    return std::nullopt;
  }
  const std::optional<double> first = number_of(*pair->get(0), key, lowest, highest);
  const std::optional<double> second = number_of(*pair->get(1), key, lowest, highest);
  if (!first || !second) return std::nullopt;
  if (*first > *second) fail(key, concat("'", key, "' must have its lowest number first"));
  return std::pair(*first, *second);
}

std::vector<std::string> TomlReader::strings(std::string_view key) {
  std::vector<std::string> result;
  const toml::node* node = find(key);
  if (node == nullptr) return result;
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& item : *array) {
      if (const auto* text = item.as_string()) result.push_back(text->get());
    }
    if (result.size() == array->size()) return result;
  }
  fail(key, concat("'", key, "' must be a list of strings"));
  return {};
}

const toml::table* TomlReader::table(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return nullptr;
  if (const toml::table* table = node->as_table()) return table;
  fail(key, concat("'", key, "' must be a table"));
  return nullptr;
}

absl::Status TomlReader::finish() const {
  for (const auto& [key, node] : table_) {
    if (known_.contains(key.str())) continue;
    std::vector<std::string> names(known_.begin(), known_.end());
    return invalid_field(toml_place(place_, key.source()), "unknown key ", quote(key.str()),
                         ": known here are ", join(names, ", "));
  }
  return status_;
}

}  // namespace easel
