// What stops a job: anyone's wish, or its deadline.
#pragma once

#include <atomic>
#include <chrono>
#include <limits>

#include "absl/status/status.h"

namespace easel {

// Thread-safe; `cancel` is safe in a signal handler. The job looks before its next unit of work.
class CancelToken {
 public:
  using Clock = std::chrono::steady_clock;

  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  void set_deadline(Clock::time_point deadline) {
    deadline_.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
  }
  // The end of time where none was set.
  Clock::time_point deadline() const {
    return Clock::time_point(Clock::duration(deadline_.load(std::memory_order_relaxed)));
  }
  bool expired() const { return Clock::now() >= deadline(); }

  // Why the job has to stop: DEADLINE (which also explains a cancel that came after it), CANCELLED;
  // or ok.
  absl::Status check() const;

 private:
  std::atomic<bool> cancelled_{false};
  std::atomic<Clock::rep> deadline_{std::numeric_limits<Clock::rep>::max()};
};

}  // namespace easel
