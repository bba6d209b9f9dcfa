// What a plan rests on: the memory and the speeds of a device, found, measured or assumed.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/memory_plan.h"
#include "engine/memory/residency_plan.h"

namespace easel {

struct DeviceFacts {
  std::string name;  // "cpu", "cuda:0", "cuda (assumed)"
  bool is_host = true;
  bool found = true;                 // false: none is here, a typical one is planned for
  at::Device planned_for{at::kCPU};  // whose dtypes count
  int64_t total_bytes = 0;           // 0: not known
  int64_t base_bytes = 0;            // of the budget, taken already: on the CPU this process,
                                     // on a GPU what lies beside libtorch's memory
  int64_t free_host_bytes = 0;
};

// `device` as in MemoryPlanRequest. INVALID_FIELD for a name that means nothing.
absl::StatusOr<DeviceFacts> find_device(const std::string& device);

// bf16 for auto.
at::ScalarType published_dtype(ComputeDtype asked);

// Host memory → device, in a second or so; of a device that is not here, a PCIe 4.0 x16's.
absl::StatusOr<double> measured_upload(const DeviceFacts& device);

// What a core or a card of this generation computes in a network, not its peak.
double assumed_flops(const DeviceFacts& device, ComputeDtype dtype);

// A line for each figure that the plan rests on, and where it is from.
std::vector<std::string> describe_limits(const MemoryLimits& limits, const DeviceFacts& device,
                                         const MemoryAssumptions& given);

}  // namespace easel
