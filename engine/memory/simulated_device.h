// A TransferDevice without hardware: its clock is virtual, its memory has a limit, its faults come
// when they are asked for. What runs on it is repeated exactly anywhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/memory/transfer_device.h"

namespace easel {

struct SimulatedDeviceOptions {
  size_t limit_bytes = static_cast<size_t>(-1);  // of all memory together
  double bytes_per_second = 1e9;                 // of uploads
  // False: only the clock runs. The memory cannot be touched, and sources are not read.
  bool real_memory = false;
  // Whoever computes does so on the calling thread, as on a CPU: an upload starts no sooner than it
  // was asked for. Otherwise the caller is ahead of both queues, as with a GPU.
  bool host_computes = false;
};

// Two queues, each with the time when it will be idle. An upload's bytes appear in the memory when
// the clock of the computing that looks at it has come to the upload's end; from its start until
// then the memory is full of kUnfinishedByte.
class SimulatedDevice : public TransferDevice {
 public:
  using Time = std::chrono::nanoseconds;
  static constexpr std::byte kUnfinishedByte{0xDB};

  explicit SimulatedDevice(SimulatedDeviceOptions options) : options_(options) {}
  ~SimulatedDevice() override;
  SimulatedDevice(const SimulatedDevice&) = delete;
  SimulatedDevice& operator=(const SimulatedDevice&) = delete;

  absl::StatusOr<std::byte*> allocate(size_t bytes) override;
  void release(std::byte* memory) override;
  absl::StatusOr<Ticket> begin_upload(const BlockSource& source, std::byte* memory,
                                      Ticket after) override;
  absl::Status await_upload(Ticket upload) override;
  Ticket mark_compute() override;

  // Computes with `memory` (nullptr: with nothing of the device) behind all that was computed and
  // awaited so far. With real memory its bytes are from here on those that this computing sees.
  void compute(Time duration, const std::byte* memory);

  // The n-th from here on fails, the first is 1; 0: none.
  void fail_allocation(size_t n) { allocations_until_fault_ = n; }
  void fail_read(size_t n) { reads_until_fault_ = n; }

  Time now() const { return computed_; }  // when all computing that was begun is done
  size_t bytes_held() const { return bytes_held_; }
  size_t peak_bytes() const { return peak_bytes_; }
  uint64_t bytes_uploaded() const { return bytes_uploaded_; }
  size_t num_uploads() const { return num_uploads_; }
  // What would have computed with wrong bytes on hardware, in words: memory that was overwritten
  // while it was in use or used while it was filled, memory or a ticket that there is not.
  const std::vector<std::string>& hazards() const { return hazards_; }

 private:
  struct Span {
    Time begin;
    Time end;
  };
  struct Upload {
    Span span;
    std::vector<std::byte> bytes;  // with real memory
  };
  struct Region {
    size_t bytes = 0;
    std::vector<Upload> uploads;  // that computing has not come to yet, in order
    Span last_use{};              // by computing
  };

  Ticket new_ticket(Time time);
  Time time_of(Ticket ticket);
  // Brings the contents of `memory` to what they are at `time`.
  void settle(std::byte* memory, Region& region, Time time);

  SimulatedDeviceOptions options_;
  std::map<std::byte*, Region, std::less<>> regions_;
  std::vector<Time> times_;                 // a ticket's, from 1 on
  std::map<Ticket, absl::Status> uploads_;  // not awaited yet
  Time uploaded_{};                         // when the queue of uploads is idle
  Time computed_{};                         // when the computing queue is idle
  size_t bytes_held_ = 0;
  size_t peak_bytes_ = 0;
  uint64_t bytes_uploaded_ = 0;
  size_t num_uploads_ = 0;
  uintptr_t num_addresses_ = 0;
  size_t allocations_until_fault_ = 0;
  size_t reads_until_fault_ = 0;
  std::vector<std::string> hazards_;
};

}  // namespace easel
