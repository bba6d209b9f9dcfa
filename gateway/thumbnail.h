// Small versions of pictures for the history. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

inline constexpr int kThumbnailSide = 256;  // pixels, of the longer side

// A lossy WebP of the picture (PNG, JPEG, WebP), never larger than it. INVALID_FIELD for what is no
// picture.
absl::StatusOr<std::string> make_thumbnail(std::string_view picture);

}  // namespace easel
