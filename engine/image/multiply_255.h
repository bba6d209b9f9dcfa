// PIL's product of two 8-bit fractions. Internal to this folder.
#pragma once

#include <cstdint>

namespace easel {

// a × b / 255, rounded as PIL does; a and b are 0…255.
inline uint8_t multiply_255(int a, int b) {
  const int product = a * b + 128;
  return static_cast<uint8_t>(((product >> 8) + product) >> 8);
}

}  // namespace easel
