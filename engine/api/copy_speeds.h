// How fast memory is copied here: what streaming weights depends on.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace easel {

// Bytes a second, of the best of several copies. A copy counts once, not as read and written.
struct CopySpeeds {
  double host_one_core = 0;
  double host_all_cores = 0;
  std::optional<double> pinned_to_device, pageable_to_device;  // absent on the CPU
};

// Takes about a second and 256 MiB of memory, and as much on the device. INVALID_FIELD for a device
// that is not there; OUT_OF_MEMORY, INFERENCE_FAILED.
absl::StatusOr<CopySpeeds> measure_copy_speeds(const std::string& device);

}  // namespace easel
