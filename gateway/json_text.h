// JSON as the gateway writes it.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace easel {

// One line; bytes that are no UTF-8 become U+FFFD instead of an exception.
inline std::string to_json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

}  // namespace easel
