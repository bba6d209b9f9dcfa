#include "engine/runtime/memory_limits.h"

#include <algorithm>

#include "base/error.h"
#include "base/process_memory.h"
#include "engine/memory/accelerator_device.h"
#include "engine/memory/host_device.h"
#include "engine/memory/torch_accelerator.h"
#include "engine/nn/dtype_map.h"
#include "engine/runtime/device_facts.h"
#include "engine/runtime/gpu_memory.h"

namespace easel {
namespace {

// Until they are measured: one core bringing pages of the page cache into the process and dropping
// them (what is copied takes twice as long), and a plain NVMe disk.
constexpr double kHostPagesBytesPerSecond = 11e9;
constexpr double kDiskBytesPerSecond = 1.5e9;

MemoryLimits read_host_limits(int64_t budget_bytes, const HeldBytes& held) {
  trim_free_memory();
  MemoryLimits limits;
  limits.budget_bytes = budget_bytes;
  limits.base_bytes = std::max<int64_t>(resident_bytes() - held.weights, 0);
  // What the page cache can keep once the rest of the budget is taken.
  const int64_t to_come = budget_bytes - limits.base_bytes - held.weights;
  limits.host_bytes = std::max<int64_t>(available_memory_bytes() - to_come, 0);
  limits.device_is_host = true;
  assume_job_speeds(limits);
  return limits;
}

}  // namespace

void assume_job_speeds(MemoryLimits& limits) {
  if (!limits.device_is_host) return;
  limits.upload_bytes_per_second = kHostPagesBytesPerSecond;
  limits.disk_bytes_per_second = kDiskBytesPerSecond;
}

absl::StatusOr<std::unique_ptr<TransferDevice>> make_transfer_device(at::Device device) {
  if (device.is_cpu()) return HostDevice::create();
  EASEL_ASSIGN_OR_RETURN(std::shared_ptr<AcceleratorRuntime> runtime,
                         make_torch_accelerator(device));
  return AcceleratorDevice::create(std::move(runtime));
}

absl::StatusOr<ReadLimits> limits_reader(int64_t budget_bytes, const ComputeOptions& compute) {
  EASEL_ASSIGN_OR_RETURN(const DeviceFacts facts, find_device(compute.device.str()));
  EASEL_ASSIGN_OR_RETURN(const ComputeDtype dtype, parse_compute_dtype(dtype_label(compute.dtype)));
  const double flops = assumed_flops(facts, dtype);
  return [budget_bytes, flops, device = compute.device](const HeldBytes& held) {
    MemoryLimits limits = device.is_cpu()
                              ? read_host_limits(budget_bytes, held)
                              : gpu_limits(budget_bytes, held.kept, read_gpu_memory(device),
                                           available_memory_bytes());
    limits.flops_per_second = flops;
    return limits;
  };
}

}  // namespace easel
