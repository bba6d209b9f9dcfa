// How much memory a device has and how much of it this process uses.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/api/memory_usage.h"

namespace easel {

struct DeviceMemory {
  int64_t total = 0;  // of the device, in bytes
  MemoryUsage used;   // by this process; on the CPU what is resident
  MemoryUsage peak;   // since the last reset, and what was held when most was
};

// Thread-safe; reading never waits for a job. It takes less than a millisecond on a CPU; on a GPU
// the driver is asked, which may take some.
class DeviceMonitor {
 public:
  virtual ~DeviceMonitor() = default;

  virtual std::string name() const = 0;  // "cpu", "cuda:0"
  virtual DeviceMemory read() const = 0;
  virtual void reset_peak() = 0;
};

// The CPU and this process, whose memory now is the base.
std::unique_ptr<DeviceMonitor> make_process_monitor();

// Of a device as ModelOptions names it; for "auto" the one that is chosen. INVALID_FIELD when it is
// not there.
absl::StatusOr<std::unique_ptr<DeviceMonitor>> make_device_monitor(const std::string& device);

}  // namespace easel
