// Typed access to the JSON files of a tokenizer: every error is BAD_WEIGHTS and names file and key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace easel {

// The largest id that a vocabulary may give: a hundred times what the largest models have.
inline constexpr int64_t kMaxTokenId = (int64_t{1} << 24) - 1;

// `text` as a JSON object; nested at most 32 deep.
absl::StatusOr<nlohmann::json> parse_tokenizer_json(std::string_view file, std::string_view text);

// The member, or null where there is none. `object` is a JSON object.
const nlohmann::json& member(const nlohmann::json& object, const char* key);

// `where` names the value in messages ("tokenizer.json: model.vocab").
absl::StatusOr<std::string> as_string(const nlohmann::json& value, std::string_view where);
absl::StatusOr<int32_t> as_token_id(const nlohmann::json& value, std::string_view where);
// `fallback` for null.
absl::StatusOr<bool> as_bool(const nlohmann::json& value, std::string_view where, bool fallback);
absl::Status expect_object(const nlohmann::json& value, std::string_view where);
absl::Status expect_array(const nlohmann::json& value, std::string_view where);

}  // namespace easel
