// This process's memory as the operating system counts it.
#pragma once

#include <cstdint>

namespace easel {

// The most that was resident at once (VmHWM: anonymous and mapped file pages), 0 where it cannot be
// read.
int64_t peak_resident_bytes();

}  // namespace easel
