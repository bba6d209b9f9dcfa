#include "base/process_memory.h"
#include "engine/api/device_monitor.h"

namespace easel {
namespace {

class ProcessMonitor : public DeviceMonitor {
 public:
  std::string name() const override { return "cpu"; }
  DeviceMemory read() const override {
    return {machine_memory_bytes(), resident_bytes(), peak_resident_bytes()};
  }
  void reset_peak() override { reset_peak_resident_bytes(); }
};

}  // namespace

std::unique_ptr<DeviceMonitor> make_process_monitor() { return std::make_unique<ProcessMonitor>(); }

}  // namespace easel
