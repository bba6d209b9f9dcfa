// JSON as the gateway writes it.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace easel {

// One line; bytes that are no UTF-8 become U+FFFD instead of an exception.
inline std::string to_json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

// null for none.
template <typename Value>
nlohmann::json or_null(const std::optional<Value>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

}  // namespace easel
