// Pillow's Image.resize, bit for bit. Thread-safe: no state.
#pragma once

#include "engine/image/image.h"

namespace easel {

enum class Resample { kBilinear, kBicubic, kLanczos, kNearest };

// `image` at width × height pixels (both at least 1), with the pixels that Pillow 13 gives for its
// modes L, RGB and RGBA: a pass over the rows and one over the columns, each in 22-bit fixed point
// with antialiasing (the kernel widens when the image shrinks); RGBA is premultiplied for the two
// passes, so transparent colours don't bleed. Rows come first unless the height shrinks by more
// than twice what the width does; up to Pillow 12 they always did. Reference: Pillow
// src/libImaging/Resample.c, Geometry.c (nearest).
Image resize(const Image& image, int width, int height, Resample resample);

}  // namespace easel
