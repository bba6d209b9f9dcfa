// A memory budget on a GPU: what of it is taken by what no plan counts, and how libtorch is kept
// within the rest.
//
// The budget is for all that this process takes of the GPU, as the driver counts it: what
// libtorch's allocator holds, and beside it CUDA's context with the code of the kernels.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>

#include "absl/status/status.h"
#include "engine/memory/residency_plan.h"

namespace easel {

// In bytes.
struct GpuMemory {
  int64_t total = 0;
  int64_t free = 0;      // as the driver says, for all processes
  int64_t reserved = 0;  // by libtorch's allocator, in use or for reuse
};

// Starts CUDA for this process where it has not been. All zero when the driver does not answer.
GpuMemory read_gpu_memory(at::Device device);

// What this process takes of the GPU beside libtorch's allocator, once every kernel has run. Of the
// driver's figure where this process seems to be the only one, but never less than is usual.
int64_t bytes_beside_allocator(const GpuMemory& memory);

// What of a budget no plan can use: that, and workspaces. Of a GPU that is not here (all zero),
// what is usual.
int64_t gpu_base_bytes(const GpuMemory& memory);

// `kept_bytes` of the host's memory hold copies of this model's own weights.
MemoryLimits gpu_limits(int64_t budget_bytes, int64_t kept_bytes, const GpuMemory& memory,
                        int64_t free_host_bytes);

// The part of the whole GPU that libtorch's allocator may take under a budget, 0 to 1.
double allocator_share(int64_t budget_bytes, const GpuMemory& memory);

// Keeps libtorch's allocator within the budget from its first use on; after it, nothing changes any
// more, so that the first budget of a process counts. Its segments grow, unless the environment
// (PYTORCH_ALLOC_CONF) says how it is to work. INVALID_FIELD when libtorch refuses.
absl::Status cap_allocator(int64_t budget_bytes, at::Device device);

}  // namespace easel
