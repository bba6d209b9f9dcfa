#include <algorithm>

#include "base/process_memory.h"
#include "engine/api/device_monitor.h"
#include "engine/memory/memory_ledger.h"

namespace easel {
namespace {

MemoryUsage usage(int64_t resident, int64_t base, const HeldMemory& held) {
  MemoryUsage usage;
  usage.total = resident;
  usage.base = base;
  usage.weights = held.weights;
  usage.activations = std::max<int64_t>(held.activations, 0);
  usage.pinned = held.pinned;
  usage.workspace = std::max<int64_t>(resident - base - held.total(), 0);
  return usage;
}

class ProcessMonitor : public DeviceMonitor {
 public:
  std::string name() const override { return "cpu"; }
  DeviceMemory read() const override {
    return {machine_memory_bytes(), usage(resident_bytes(), base_, host_ledger().now()),
            usage(peak_resident_bytes(), base_, host_ledger().at_peak())};
  }
  void reset_peak() override {
    reset_peak_resident_bytes();
    host_ledger().reset_peak();
  }

 private:
  const int64_t base_ = resident_bytes();
};

}  // namespace

std::unique_ptr<DeviceMonitor> make_process_monitor() { return std::make_unique<ProcessMonitor>(); }

}  // namespace easel
