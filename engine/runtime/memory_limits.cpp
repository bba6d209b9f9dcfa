#include "engine/runtime/memory_limits.h"

#include <algorithm>

#include "base/error.h"
#include "base/process_memory.h"
#include "engine/memory/host_device.h"

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

ReadLimits limits_reader(int64_t budget_bytes, at::Device device) {
  return [budget_bytes, device](int64_t held_bytes) {
    trim_free_memory();
    MemoryLimits limits;
    limits.budget_bytes = budget_bytes;
    limits.base_bytes = std::max<int64_t>(resident_bytes() - held_bytes, 0);
    limits.host_bytes = available_memory_bytes() + held_bytes;
    limits.upload_bytes_per_second = kHostCopyBytesPerSecond;
    limits.disk_bytes_per_second = kDiskBytesPerSecond;
    limits.device_is_host = device.is_cpu();
    return limits;
  };
}

}  // namespace easel
