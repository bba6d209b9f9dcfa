// Pictures as text: data URLs (RFC 2397) and base64. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

// The bytes of "data:image/…;base64,…" or of plain base64, as it stands between the quotes of JSON.
// invalid_field, naming `field`.
absl::StatusOr<std::string> decode_picture_text(std::string_view text, std::string_view field);

// "data:image/png;base64,…"
std::string make_data_url(std::string_view media_type, std::string_view bytes);

}  // namespace easel
