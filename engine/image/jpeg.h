// JPEG by libjpeg-turbo. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/image/image.h"

namespace easel {

// As decode_image(), for a file that is known to be JPEG. Missing or damaged entropy-coded data is
// an error, although libjpeg itself only warns and fills in gray.
absl::StatusOr<Image> decode_jpeg(std::string_view bytes);

// Baseline, 4:2:0 chroma; alpha is dropped, gray stays gray. `quality` is 1…100 as in libjpeg and
// PIL. INVALID_FIELD for another quality and for an image that check_image() or the limits refuse.
absl::StatusOr<std::string> encode_jpeg(const Image& image, int quality);

}  // namespace easel
