// The weights of one pass of resize(). Internal to this folder. Thread-safe: values only.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/image/resize.h"

namespace easel {

inline constexpr int kResizeFractionBits =
    22;  // 8 bits for the pixel, 2 for what kernels overshoot

// One output pixel: the sum of inputs first, first + 1, … times its weights.
struct ResizeTap {
  int first = 0;
  int count = 0;
  size_t weights = 0;  // index of its first weight
};

struct ResizeWeights {
  std::vector<ResizeTap> taps;   // one per output pixel
  std::vector<int32_t> weights;  // × 2^kResizeFractionBits
};

// For scaling `in` pixels to `out` pixels along one side; not for kNearest.
ResizeWeights resize_weights(int in, int out, Resample resample);

}  // namespace easel
