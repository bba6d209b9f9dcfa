// A small picture.
#pragma once

#include <string>

#include "engine/image/png.h"

namespace easel {

inline std::string solid_png(int width, int height) {
  Image image = make_image(width, height, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * 7);
  return *encode_png(image, {});
}

}  // namespace easel
