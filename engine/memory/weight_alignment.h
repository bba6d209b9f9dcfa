// How weights lie in memory.
#pragma once

#include <cstddef>

namespace easel {

// Every parameter starts at a multiple of this many bytes, wherever it came from: kernels round
// differently for rows that do not.
inline constexpr size_t kWeightAlignment = 64;

// `bytes` rounded up to it.
inline constexpr size_t align_weight(size_t bytes) {
  return (bytes + kWeightAlignment - 1) / kWeightAlignment * kWeightAlignment;
}

}  // namespace easel
