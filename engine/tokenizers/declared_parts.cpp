#include "engine/tokenizers/declared_parts.h"

#include <algorithm>

#include "base/error.h"
#include "base/quote.h"
#include "engine/tokenizers/json_access.h"

namespace easel {
namespace {

using nlohmann::json;

void flatten(const json& part, std::vector<const json*>& out) {
  const json* parts = nullptr;
  if (part.is_object()) {
    // The key depends on the kind of sequence.
    for (const char* key : {"normalizers", "pretokenizers", "processors"}) {
      if (member(part, key).is_array()) parts = &member(part, key);
    }
  }
  if (parts == nullptr) {
    if (!part.is_null()) out.push_back(&part);
    return;
  }
  for (const json& inner : *parts) flatten(inner, out);
}

}  // namespace

std::vector<const json*> declared_parts(const json& tokenizer_json, const char* key) {
  std::vector<const json*> out;
  flatten(member(tokenizer_json, key), out);
  return out;
}

absl::Status check_declared_parts(const json& tokenizer_json,
                                  const std::vector<DeclaredPart>& parts) {
  for (const DeclaredPart& expected : parts) {
    const std::string where = concat("tokenizer.json: ", expected.key);
    for (const json* part : declared_parts(tokenizer_json, expected.key)) {
      EASEL_RETURN_IF_ERROR(expect_object(*part, where));
      EASEL_ASSIGN_OR_RETURN(const std::string type,
                             as_string(member(*part, "type"), where + ".type"));
      if (std::find(expected.types.begin(), expected.types.end(), type) == expected.types.end()) {
        return bad_weights(where, " has the type ", quote(type),
                           ", which is not supported; supported: ", join(expected.types, ", "));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status expect_member(const json& part, std::string_view where, const char* key,
                           const std::vector<json>& values) {
  const auto found = part.find(key);
  if (found == part.end() || std::find(values.begin(), values.end(), *found) != values.end()) {
    return absl::OkStatus();
  }
  const auto shown = [](const json& value) {
    return value.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false,
                      json::error_handler_t::replace);
  };
  return bad_weights(where, ".", key, " is ", quote(shown(*found)), ", only ",
                     quote(shown(values.front())), " is supported");
}

}  // namespace easel
