// The CPU as a TransferDevice: one thread reads the next blocks while the caller computes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/memory/transfer_device.h"

namespace easel {

struct HostDeviceOptions {
  // Uploads take at least as long as this speed says; 0: as fast as they go. For measurements.
  double bytes_per_second = 0;
};

// Memory comes straight from the operating system, whole pages each, and goes back at once when it
// is released. Computing is done where it is called, so that its marks are behind it at once.
// Used by one thread; sources are read by another.
class HostDevice : public TransferDevice {
 public:
  // OUT_OF_MEMORY when the system gives no thread.
  static absl::StatusOr<std::unique_ptr<HostDevice>> create(HostDeviceOptions options = {});
  // Waits for a read that has begun; those that have not are dropped.
  ~HostDevice() override;
  HostDevice(const HostDevice&) = delete;
  HostDevice& operator=(const HostDevice&) = delete;

  absl::StatusOr<std::byte*> allocate(size_t bytes) override;
  void release(std::byte* memory) override;
  // An upload that was not awaited gives way to the next one into the same memory.
  absl::StatusOr<Ticket> begin_upload(const BlockSource& source, std::byte* memory,
                                      Ticket after) override;
  absl::Status await_upload(Ticket upload) override;
  Ticket mark_compute() override { return kNoTicket; }

 private:
  struct Upload {
    const BlockSource* source = nullptr;
    std::byte* memory = nullptr;
    std::optional<absl::Status> read;  // once it was
  };

  explicit HostDevice(HostDeviceOptions options) : options_(options) {}
  // What was allocated.
  struct Piece {
    size_t bytes = 0;
    size_t counted = 0;  // in the ledger: what it may take of the process's memory
    // Whose bytes belong to it without lying in it.
    const BlockSource* in_place = nullptr;
    bool is_touched = false;  // a block was copied into all of it
  };

  void run();
  void give_back(std::map<std::byte*, Piece>::iterator piece);
  // Sleeps until the speed that was asked for has had time for `bytes`, or the device is to end.
  void throttle(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point begin,
                size_t bytes);
  // Reads what `upload` brings, in place of what was in its memory.
  absl::Status fill(const Upload& upload);
  // Has the source of what was in `memory` let go of its pages, and counts what comes: `next`, or
  // nothing (nullptr).
  void hand_over(std::byte* memory, const BlockSource* next);
  // Forgets uploads into `memory`, when the one that is being read is done.
  void drop_uploads(std::unique_lock<std::mutex>& lock, const std::byte* memory);

  const HostDeviceOptions options_;

  std::mutex mutex_;  // guards all below
  std::map<std::byte*, Piece> pieces_;
  std::condition_variable changed_;
  std::map<Ticket, Upload> uploads_;  // not awaited yet
  std::deque<Ticket> waiting_;        // to be read, in order
  Ticket reading_ = kNoTicket;
  Ticket last_ticket_ = kNoTicket;
  bool ending_ = false;
  std::thread reader_;
};

}  // namespace easel
