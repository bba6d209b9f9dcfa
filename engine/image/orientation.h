// The orientation that a camera leaves in EXIF, and undoing it. Thread-safe: no state.
#pragma once

#include <string_view>

#include "engine/image/image.h"

namespace easel {

// Tag 0x0112 of the first directory of `exif` (EXIF 2.3: a TIFF header, with or without "Exif\0\0"
// before it): 1…8; 1, which means upright, when it is absent, damaged or out of range. Never fails:
// a picture with broken EXIF is still a picture.
int exif_orientation(std::string_view exif);

// The upright picture, as PIL's ImageOps.exif_transpose gives it. `orientation` is 1…8.
Image apply_orientation(Image image, int orientation);

}  // namespace easel
