#include "engine/weights/config_reader.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/quote.h"

namespace easel {
namespace {

using Json = nlohmann::json;

// The integer that `value` is; nullopt for a fraction and for what does not fit.
std::optional<int64_t> as_int(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    if (number > uint64_t{std::numeric_limits<int64_t>::max()}) return std::nullopt;
    return static_cast<int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  return std::nullopt;
}

// The value as JSON, short enough for a message. Text in the file is untrusted: invalid UTF-8 is
// replaced.
std::string shown(const Json& value) {
  if (value.is_structured())
    return concat(value.is_array() ? "a list of " : "an object of ", value.size());
  return quote(value.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace));
}

std::string range_text(int64_t min, int64_t max) {
  if (max == std::numeric_limits<int64_t>::max()) return concat("a whole number from ", min);
  return concat("a whole number from ", min, " to ", max);
}

std::string list_text(std::string_view items, size_t min_len, size_t max_len) {
  if (min_len == max_len) return concat("a list of ", min_len, " ", items);
  return concat("a list of ", min_len, " to ", max_len, " ", items);
}

}  // namespace

ConfigReader::ConfigReader(const Json& json, std::string source)
    : json_(json), source_(std::move(source)) {
  if (!json_.is_object())
    status_ = bad_weights(source_, ": expected a JSON object, got ", json_.type_name());
}

const Json* ConfigReader::find(std::string_view key) const {
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(std::string(key));
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

bool ConfigReader::has(std::string_view key) const { return find(key) != nullptr; }

void ConfigReader::fail(std::string_view key, std::string_view what) {
  if (status_.ok()) status_ = bad_weights(source_, ": ", quote(key), " ", what);
}

void ConfigReader::wrong(std::string_view key, const Json& value, std::string_view expected) {
  fail(key, concat("is ", shown(value), ", expected ", expected));
}

const Json* ConfigReader::require(std::string_view key, std::string_view expected) {
  const Json* value = find(key);
  if (value == nullptr) fail(key, concat("is missing, expected ", expected));
  return value;
}

int64_t ConfigReader::required_int(std::string_view key, int64_t min, int64_t max) {
  const Json* value = require(key, range_text(min, max));
  return value == nullptr ? min : checked_int(key, *value, min, max, min);
}

int64_t ConfigReader::int_or(std::string_view key, int64_t default_value, int64_t min,
                             int64_t max) {
  const Json* value = find(key);
  return value == nullptr ? default_value : checked_int(key, *value, min, max, default_value);
}

int64_t ConfigReader::checked_int(std::string_view key, const Json& value, int64_t min, int64_t max,
                                  int64_t fallback) {
  const std::optional<int64_t> number = as_int(value);
  if (number && *number >= min && *number <= max) return *number;
  wrong(key, value, range_text(min, max));
  return fallback;
}

double ConfigReader::number_or(std::string_view key, double default_value) {
  const Json* value = find(key);
  if (value == nullptr) return default_value;
  if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
  wrong(key, *value, "a number");
  return default_value;
}

bool ConfigReader::bool_or(std::string_view key, bool default_value) {
  const Json* value = find(key);
  if (value == nullptr) return default_value;
  if (value->is_boolean()) return value->get<bool>();
  wrong(key, *value, "true or false");
  return default_value;
}

std::string ConfigReader::string_or(std::string_view key, std::string default_value) {
  const Json* value = find(key);
  if (value == nullptr) return default_value;
  if (value->is_string()) return value->get<std::string>();
  wrong(key, *value, "a string");
  return default_value;
}

std::vector<int64_t> ConfigReader::ints(std::string_view key, size_t min_len, size_t max_len,
                                        int64_t min, int64_t max) {
  const std::string expected = list_text("whole numbers", min_len, max_len);
  const Json* value = require(key, expected);
  std::vector<int64_t> numbers;
  if (value != nullptr && value->is_array() && value->size() >= min_len &&
      value->size() <= max_len) {
    for (const Json& item : *value) numbers.push_back(checked_int(key, item, min, max, min));
    return numbers;
  }
  if (value != nullptr) wrong(key, *value, expected);
  numbers.assign(min_len, min);
  return numbers;
}

std::vector<std::string> ConfigReader::strings(std::string_view key, size_t min_len,
                                               size_t max_len) {
  const std::string expected = list_text("strings", min_len, max_len);
  const Json* value = require(key, expected);
  std::vector<std::string> texts(min_len);
  if (value == nullptr) return texts;
  if (!value->is_array() || value->size() < min_len || value->size() > max_len) {
    wrong(key, *value, expected);
    return texts;
  }
  texts.clear();
  for (const Json& item : *value) {
    if (!item.is_string()) wrong(key, item, expected);
    texts.push_back(item.is_string() ? item.get<std::string>() : std::string());
  }
  return texts;
}

}  // namespace easel
