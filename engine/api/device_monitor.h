// How much memory a device has and how much of it this process uses.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace easel {

// Bytes. On the CPU of the process, as the operating system counts what is resident.
struct DeviceMemory {
  int64_t total = 0;
  int64_t used = 0;
  int64_t peak = 0;  // since the last reset
};

// Thread-safe; reading takes microseconds and never waits for a job.
class DeviceMonitor {
 public:
  virtual ~DeviceMonitor() = default;

  virtual std::string name() const = 0;  // "cpu", "cuda:0"
  virtual DeviceMemory read() const = 0;
  virtual void reset_peak() = 0;
};

// The CPU and this process.
std::unique_ptr<DeviceMonitor> make_process_monitor();

// Of a device as ModelOptions names it; for "auto" the one that is chosen. INVALID_FIELD when it is
// not there.
absl::StatusOr<std::unique_ptr<DeviceMonitor>> make_device_monitor(const std::string& device);

}  // namespace easel
