// What a fuzzer claims; a claim that does not hold is a finding.
#pragma once

#include <cstdlib>

namespace easel {

inline void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace easel
