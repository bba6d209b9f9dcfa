// What a picture's file says of itself at its beginning, read without any codec. Thread-safe: no
// state.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/image/decode.h"
#include "engine/image/image_limits.h"

namespace easel {

struct PictureHeader {
  ImageFormat format = ImageFormat::kPng;
  int64_t width = 0, height = 0;  // pixels, as stored: before the EXIF orientation
};

// INVALID_FIELD for another format (by its first bytes, never by name), for a file over
// kMaxImageFileBytes, for one whose header is damaged, for an animation (APNG, animated WebP), for
// a side over kMaxImageSide and for more than `max_pixels`. Allocates nothing; looks at the parts
// of the file up to the one with the pixels.
absl::StatusOr<PictureHeader> read_picture_header(std::string_view file,
                                                  int64_t max_pixels = kMaxImagePixels);

}  // namespace easel
