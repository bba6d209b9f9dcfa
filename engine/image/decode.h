// Reads an image file of any format that the program takes. Thread-safe: no state.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "engine/image/image.h"

namespace easel {

enum class ImageFormat { kPng, kJpeg, kWebp };

// By the first bytes, never by name. INVALID_FIELD, naming the formats that are allowed, for all
// else.
absl::StatusOr<ImageFormat> detect_image_format(std::string_view bytes);

// What becomes of 16 bits of gray: PIL's mode "I;16" clips to 255, which diffusers inherits; what a
// person sees is the high byte.
enum class Gray16 { kClip, kHighByte };

// The picture that PIL's ImageOps.exif_transpose(Image.open(file)) has, in 1, 3 or 4 channels, so
// that to_rgb() of it is diffusers' load_image(file): palettes are looked up, CMYK is converted, 16
// bits become 8, the EXIF orientation is applied. An animated PNG gives its default picture; an
// animated WebP is refused. Whatever is over the limits of image_limits.h, damaged or cut short is
// INVALID_FIELD.
absl::StatusOr<Image> decode_image(std::string_view bytes, Gray16 gray_16 = Gray16::kClip);

}  // namespace easel
