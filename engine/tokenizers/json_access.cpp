#include "engine/tokenizers/json_access.h"

#include <limits>

#include "base/error.h"
#include "base/json_guard.h"

namespace easel {
namespace {

absl::Status wrong_type(const nlohmann::json& value, std::string_view where, const char* expected) {
  const char* got = value.is_null() ? "nothing" : value.type_name();
  return bad_weights(where, ": expected ", expected, ", got ", got);
}

}  // namespace

absl::StatusOr<nlohmann::json> parse_tokenizer_json(std::string_view file, std::string_view text) {
  const absl::Status shape = check_json_shape(text, std::numeric_limits<size_t>::max());
  if (!shape.ok()) return bad_weights(file, ": ", shape.message());
  nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded())
    return bad_weights(file, ": not JSON, or cut short (", text.size(), " bytes)");
  EASEL_RETURN_IF_ERROR(expect_object(value, file));
  return value;
}

const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

absl::StatusOr<std::string> as_string(const nlohmann::json& value, std::string_view where) {
  if (!value.is_string()) return wrong_type(value, where, "a string");
  return value.get_ref<const std::string&>();
}

absl::StatusOr<int32_t> as_token_id(const nlohmann::json& value, std::string_view where) {
  if (!value.is_number_integer()) return wrong_type(value, where, "a token id");
  // The parser makes every whole number that is not negative an unsigned one.
  const bool fits =
      value.is_number_unsigned() && value.get<uint64_t>() <= static_cast<uint64_t>(kMaxTokenId);
  if (!fits) return bad_weights(where, ": id ", value.dump(), " is outside of 0…", kMaxTokenId);
  return static_cast<int32_t>(value.get<uint64_t>());
}

absl::StatusOr<bool> as_bool(const nlohmann::json& value, std::string_view where, bool fallback) {
  if (value.is_null()) return fallback;
  if (!value.is_boolean()) return wrong_type(value, where, "true or false");
  return value.get<bool>();
}

absl::Status expect_object(const nlohmann::json& value, std::string_view where) {
  return value.is_object() ? absl::OkStatus() : wrong_type(value, where, "an object");
}

absl::Status expect_array(const nlohmann::json& value, std::string_view where) {
  return value.is_array() ? absl::OkStatus() : wrong_type(value, where, "an array");
}

}  // namespace easel
