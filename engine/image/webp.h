// WebP by libwebp. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/image/image.h"

namespace easel {

// As decode_image(), for a file that is known to be WebP, lossy or lossless. Animations are
// refused.
absl::StatusOr<Image> decode_webp(std::string_view bytes);

// Lossy; alpha is kept, gray becomes RGB. `quality` is 0…100 as in libwebp and PIL. The format ends
// at 16,383 pixels a side. INVALID_FIELD for another quality or size and for what check_image()
// refuses.
absl::StatusOr<std::string> encode_webp(const Image& image, int quality);

}  // namespace easel
