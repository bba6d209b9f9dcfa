#include "engine/image/image.h"

#include <algorithm>

#include "base/error.h"

namespace easel {

Image make_image(int width, int height, int channels) {
  Image image{width, height, channels, {}};
  image.pixels.resize(static_cast<size_t>(width) * height * channels);
  return image;
}

absl::Status check_image(const Image& image) {
  if (image.width < 1 || image.height < 1) {
    return invalid_field("image of ", image.width, " × ", image.height,
                         " pixels: each side must be at least 1");
  }
  if (image.channels != 1 && image.channels != 3 && image.channels != 4) {
    return invalid_field("image with ", image.channels,
                         " channels: expected 1 (gray), 3 (RGB) or 4 (RGBA)");
  }
  const size_t expected = static_cast<size_t>(image.width) * image.height * image.channels;
  if (image.pixels.size() != expected) {
    return invalid_field("image of ", image.width, " × ", image.height, " × ", image.channels,
                         ": expected ", expected, " bytes of pixels, got ", image.pixels.size());
  }
  return absl::OkStatus();
}

Image to_rgb(const Image& image) {
  if (image.channels == 3) return image;
  Image rgb = make_image(image.width, image.height, 3);
  const size_t count = static_cast<size_t>(image.width) * image.height;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* from = &image.pixels[i * image.channels];
    uint8_t* to = &rgb.pixels[i * 3];
    if (image.channels == 1) {
      std::fill_n(to, 3, from[0]);
    } else {
      std::copy_n(from, 3, to);
    }
  }
  return rgb;
}

Image to_gray(const Image& image) {
  if (image.channels == 1) return image;
  Image gray = make_image(image.width, image.height, 1);
  for (size_t i = 0; i < gray.pixels.size(); ++i) {
    const uint8_t* rgb = &image.pixels[i * image.channels];
    const uint32_t luma = rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u;
    gray.pixels[i] = static_cast<uint8_t>((luma + 0x8000) >> 16);
  }
  return gray;
}

}  // namespace easel
