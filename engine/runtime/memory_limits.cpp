#include "engine/runtime/memory_limits.h"

#include <algorithm>

#include "base/error.h"
#include "base/process_memory.h"
#include "engine/memory/host_device.h"
#include "engine/nn/dtype_map.h"
#include "engine/runtime/device_facts.h"

namespace easel {
namespace {

// Until they are measured: one core copying from the page cache, and a plain NVMe disk.
constexpr double kHostCopyBytesPerSecond = 6e9;
constexpr double kDiskBytesPerSecond = 1.5e9;

}  // namespace

absl::StatusOr<std::unique_ptr<TransferDevice>> make_transfer_device(at::Device device) {
  if (device.is_cpu()) return HostDevice::create();
  return invalid_field("a memory budget is not supported on the device ", device.str(),
                       " yet: allowed is cpu");
}

absl::StatusOr<ReadLimits> limits_reader(int64_t budget_bytes, const ComputeOptions& compute) {
  EASEL_ASSIGN_OR_RETURN(const DeviceFacts facts, find_device(compute.device.str()));
  EASEL_ASSIGN_OR_RETURN(const ComputeDtype dtype, parse_compute_dtype(dtype_label(compute.dtype)));
  const double flops = assumed_flops(facts, dtype);
  return [budget_bytes, flops, is_host = facts.is_host](int64_t held_bytes) {
    trim_free_memory();
    MemoryLimits limits;
    limits.budget_bytes = budget_bytes;
    limits.base_bytes = std::max<int64_t>(resident_bytes() - held_bytes, 0);
    // What the page cache can keep once the rest of the budget is taken.
    const int64_t to_come = budget_bytes - limits.base_bytes - held_bytes;
    limits.host_bytes = std::max<int64_t>(available_memory_bytes() - to_come, 0);
    limits.flops_per_second = flops;
    limits.upload_bytes_per_second = kHostCopyBytesPerSecond;
    limits.disk_bytes_per_second = kDiskBytesPerSecond;
    limits.device_is_host = is_host;
    return limits;
  };
}

}  // namespace easel
