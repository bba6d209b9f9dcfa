// A picture's size brought within bounds. Thread-safe: no state.
#pragma once

#include <cstdint>

namespace easel {

// Pixels.
struct PictureSize {
  int64_t width = 0;
  int64_t height = 0;
};

// `size` scaled so that both sides lie in [lowest, highest], by as little as will do and with its
// proportions; where no factor does both, sides that are still outside are moved to the bound.
// Sizes and bounds are at least 1.
PictureSize fit_size(PictureSize size, int64_t lowest, int64_t highest);

}  // namespace easel
