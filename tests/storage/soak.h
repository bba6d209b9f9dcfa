// How often the tests that kill try it.
#pragma once

#include <cstdlib>
#include <string>

namespace easel {

// EASEL_SOAK_KILLS, or 10.
inline int num_kills() {
  constexpr int kUsual = 10;
  const char* const text = std::getenv("EASEL_SOAK_KILLS");
  const int kills = text == nullptr ? 0 : std::atoi(text);
  return kills > 0 ? kills : kUsual;
}

}  // namespace easel
