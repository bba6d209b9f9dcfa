#include "gateway/json_body.h"

#include <cmath>
#include <limits>

#include "base/json_guard.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "gateway/api_error.h"

namespace easel {
namespace {

// Refuses what the parser alone would let pass, event by event.
class StrictEvents : public nlohmann::json::json_sax_t {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t value, const string_t&) override {
    return std::isfinite(value) || fail("has a number that is too large");
  }
  bool string(string_t& text) override { return check_text(text); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override {
    keys_.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!check_text(name)) return false;
    return keys_.back().insert(name).second || fail(concat("has the key ", quote(name), " twice"));
  }
  bool end_object() override {
    keys_.pop_back();
    return true;
  }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception& e) override {
    // 406: a number that no double holds.
    return fail(e.id == 406 ? "has a number that is too large"
                            : concat("is not JSON: see byte ", position));
  }
  const std::string& problem() const { return problem_; }

 private:
  bool check_text(const std::string& text) {
    return text.find('\0') == std::string::npos || fail("has a text with NUL in it");
  }
  bool fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  std::vector<std::set<std::string>> keys_;  // of the open objects
  std::string problem_;
};

}  // namespace

absl::StatusOr<nlohmann::json> parse_json_object(std::string_view text) {
  const auto invalid = [](std::string_view problem) {
    return api_error(ErrorCode::kInvalidJson, concat("the body ", problem));
  };
  // The parser would take it for the end, and never see what follows.
  if (const size_t at = text.find('\0'); at != std::string_view::npos) {
    return invalid(concat("has a NUL: see byte ", at + 1));
  }
  if (const auto bad = find_invalid_utf8(text)) {
    return invalid(concat("is not UTF-8: see byte ", *bad + 1));
  }
  if (!check_json_shape(text, text.size()).ok()) {
    return invalid(concat("is nested deeper than ", kMaxJsonDepth, " levels"));
  }
  StrictEvents events;
  if (!nlohmann::json::sax_parse(text, &events)) return invalid(events.problem());
  nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return invalid("is not JSON");
  if (!value.is_object()) {
    return api_error(ErrorCode::kInvalidField, "the body must be a JSON object");
  }
  return value;
}

const nlohmann::json* JsonFields::find(std::string_view name) {
  known_.emplace(name);
  const auto found = object_.find(std::string(name));
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::fail(std::string_view name, std::string_view problem) {
  if (status_.ok()) {
    status_ = api_error(ErrorCode::kInvalidField, concat("'", name, "' ", problem));
  }
}

std::optional<std::string> JsonFields::text(std::string_view name) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  fail(name, "must be a text");
  return std::nullopt;
}

std::optional<bool> JsonFields::boolean(std::string_view name) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  fail(name, "must be true or false");
  return std::nullopt;
}

std::optional<int64_t> JsonFields::whole_number(std::string_view name, int64_t lowest,
                                                int64_t highest) {
  const std::optional<double> value =
      number(name, static_cast<double>(lowest), static_cast<double>(highest));
  if (!value) return std::nullopt;
  // Whole numbers here end at 2^53, so a double holds each of them.
  if (std::trunc(*value) == *value) return static_cast<int64_t>(*value);
  fail(name, "must be a whole number");
  return std::nullopt;
}

std::optional<double> JsonFields::number(std::string_view name, double lowest, double highest) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) {
    const double number = value->get<double>();
    if (number >= lowest && number <= highest) return number;
  }
  std::ostringstream range;
  range.precision(17);
  range << "must be a number from " << lowest << " to " << highest;
  fail(name, range.str());
  return std::nullopt;
}

std::vector<int64_t> JsonFields::whole_numbers(std::string_view name, size_t max_items) {
  constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
  std::vector<int64_t> result;
  const nlohmann::json* value = find(name);
  if (value == nullptr) return result;
  if (value->is_array() && value->size() <= max_items) {
    for (const auto& item : *value) {
      const bool fits = !item.is_number_unsigned() || item.get<uint64_t>() <= kLargest;
      if (item.is_number_integer() && fits) result.push_back(item.get<int64_t>());
    }
    if (result.size() == value->size()) return result;
  }
  fail(name, concat("must be a list of at most ", max_items, " whole numbers"));
  return {};
}

std::map<std::string, std::string> JsonFields::texts(std::string_view name, size_t max_items) {
  std::map<std::string, std::string> result;
  const nlohmann::json* value = find(name);
  if (value == nullptr) return result;
  if (value->is_object() && value->size() <= max_items) {
    for (const auto& [key, item] : value->items()) {
      if (item.is_string()) result[key] = item.get<std::string>();
    }
    if (result.size() == value->size()) return result;
  }
  fail(name, concat("must be an object of at most ", max_items, " texts"));
  return {};
}

const nlohmann::json* JsonFields::object(std::string_view name) {
  const nlohmann::json* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  fail(name, "must be an object");
  return nullptr;
}

std::vector<std::string> JsonFields::text_list(std::string_view name, size_t max_items) {
  std::vector<std::string> result;
  const nlohmann::json* value = find(name);
  if (value == nullptr) return result;
  if (value->is_array() && value->size() <= max_items) {
    for (const nlohmann::json& item : *value) {
      if (item.is_string()) result.push_back(item.get<std::string>());
    }
    if (result.size() == value->size()) return result;
  }
  fail(name, concat("must be a list of at most ", max_items, " texts"));
  return {};
}

absl::Status JsonFields::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (known_.contains(key)) continue;
    return api_error(ErrorCode::kInvalidField,
                     concat("unknown field ", quote(key), ": known are ", join(known_, ", ")));
  }
  return status_;
}

}  // namespace easel
