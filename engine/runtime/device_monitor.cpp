#include "engine/api/device_monitor.h"

#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>

#include "base/error.h"
#include "engine/memory/memory_ledger.h"
#include "engine/runtime/compute_choice.h"
#include "engine/runtime/gpu_memory.h"

namespace easel {
namespace {

using c10::CachingAllocator::Stat;
using c10::CachingAllocator::StatType;

// The allocator counts tensors, the ledger those of weights among them; CUDA's context lies beside.
MemoryUsage usage(int64_t base, int64_t reserved, int64_t allocated, const HeldMemory& held) {
  MemoryUsage usage;
  usage.total = base + reserved;
  usage.base = base;
  usage.weights = held.weights;
  usage.activations = std::max<int64_t>(allocated - held.weights, 0);
  usage.cache = std::max<int64_t>(reserved - allocated, 0);
  usage.pinned = host_ledger().now().pinned;
  return usage;
}

// A GPU's memory, as libtorch's allocator counts what it took from the driver, and what the driver
// counts beside it.
class AllocatorMonitor : public DeviceMonitor {
 public:
  explicit AllocatorMonitor(at::Device device)
      : device_(device), allocator_(c10::getDeviceAllocator(device.type())) {}

  std::string name() const override { return device_.str(); }

  DeviceMemory read() const override {
    DeviceMemory memory;
    // Before a model is opened there is nothing to ask.
    if (!allocator_->initialized()) return memory;
    const GpuMemory gpu = read_gpu_memory(device_);
    memory.total = gpu.total;
    const int64_t base = bytes_beside_allocator(gpu);
    const auto stats = allocator_->getDeviceStats(device_.index());
    const Stat& reserved = stats.reserved_bytes[static_cast<size_t>(StatType::AGGREGATE)];
    const Stat& allocated = stats.allocated_bytes[static_cast<size_t>(StatType::AGGREGATE)];
    memory.used = usage(base, reserved.current, allocated.current, gpu_ledger().now());
    memory.peak = usage(base, reserved.peak, allocated.peak, gpu_ledger().at_peak());
    return memory;
  }

  void reset_peak() override {
    if (allocator_->initialized()) allocator_->resetPeakStats(device_.index());
    gpu_ledger().reset_peak();
  }

 private:
  const at::Device device_;
  c10::DeviceAllocator* const allocator_;  // libtorch's, for the life of the process
};

}  // namespace

absl::StatusOr<std::unique_ptr<DeviceMonitor>> make_device_monitor(const std::string& device) {
  EASEL_ASSIGN_OR_RETURN(const at::Device chosen, choose_device(device));
  if (chosen.is_cpu()) return make_process_monitor();
  return std::make_unique<AllocatorMonitor>(chosen);
}

}  // namespace easel
