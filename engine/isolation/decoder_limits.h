// What a decoder process may take.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

#include "absl/status/status.h"

namespace easel {

struct DecoderLimits {
  int64_t address_space_bytes = 0;
  std::chrono::seconds cpu{0};
};

// For a file of `file_bytes` that claims `pixels`: the program, the file twice, and of the pixels
// what a progressive CMYK JPEG needs, which is the most.
DecoderLimits decoder_limits(int64_t file_bytes, int64_t pixels);

// Imposes them on the process from outside, before it is sent anything; no file grows by its hand
// and it leaves no core behind.
absl::Status impose(const DecoderLimits& limits, pid_t process);

}  // namespace easel
