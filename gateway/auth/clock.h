// The clocks that access is decided by; tests put their own in.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "base/utc_time.h"

namespace easel {

struct Clock {
  // For what is stored: when sessions end, which day it is. ms since 1970, UTC.
  std::function<int64_t()> utc_ms = utc_now_ms;
  // For waiting: never jumps. ms.
  std::function<int64_t()> steady_ms = [] {
    return int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::steady_clock::now().time_since_epoch())
                       .count()};
  };
};

}  // namespace easel
