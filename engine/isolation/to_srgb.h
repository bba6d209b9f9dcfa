// Colours of a profile (ICC.1) as sRGB, by Little CMS. Thread-safe: no state.
#pragma once

#include <string_view>

#include "engine/image/image.h"

namespace easel {

// Converts `image` from its profile to sRGB (perceptual intent, as Pillow's
// ImageCms.profileToProfile), alpha unchanged. Gray with a gray profile becomes RGB. A profile that
// is damaged or is for other channels leaves the image as it is: browsers do the same.
Image to_srgb(Image image, std::string_view profile);

}  // namespace easel
