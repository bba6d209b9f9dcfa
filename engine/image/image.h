// Pixels in memory: 8 bits a channel, as the codecs read and write them. A plain value, copied as
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"

namespace easel {

struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;  // 1 gray, 3 RGB, 4 RGB and straight (not premultiplied) alpha
  std::vector<uint8_t>
      pixels;  // height × width × channels, rows from the top, channels interleaved
};

// An image of zeros.
Image make_image(int width, int height, int channels);

// INVALID_FIELD unless both sides are at least 1, channels is 1, 3 or 4, and `pixels` has just the
// bytes that they ask for. Everything else here takes only images that pass.
absl::Status check_image(const Image& image);

// PIL's convert("RGB"): gray is repeated, alpha is dropped (not blended).
Image to_rgb(const Image& image);

// PIL's convert("L"): ITU-R 601-2 luma, (19595 R + 38470 G + 7471 B + 0x8000) >> 16; alpha is
// dropped.
Image to_gray(const Image& image);

}  // namespace easel
