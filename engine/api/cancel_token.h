// A flag by which anyone stops a job.
#pragma once

#include <atomic>

namespace easel {

// Thread-safe, and safe to set in a signal handler. The job sees it before its next unit of work.
class CancelToken {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace easel
