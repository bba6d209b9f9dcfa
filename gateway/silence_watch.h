// Watches over a worker that says nothing: it is asked for its status, twice, and counts as gone
// when it does not answer; the generations that it was silent to are then ended.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "gateway/cancel_signal.h"
#include "gateway/image_worker.h"
#include "gateway/periodic_task.h"

namespace easel {

struct SilenceOptions {
  std::chrono::milliseconds silence{5000};  // after which a worker is asked
  std::chrono::milliseconds status_timeout{3000};
};

// Thread-safe.
class SilenceWatch {
 public:
  using Clock = std::chrono::steady_clock;

  // When the worker last said something to a generation: watched as long as it lives. Thread-safe.
  class LastSign {
   public:
    explicit LastSign(std::shared_ptr<CancelSignal> cancel) : cancel_(std::move(cancel)) { note(); }
    // It said something now.
    void note() { at_ = Clock::now().time_since_epoch().count(); }

   private:
    friend class SilenceWatch;
    const std::shared_ptr<CancelSignal> cancel_;
    std::atomic<Clock::rep> at_{0};
  };

  // `worker` must outlive the watch.
  SilenceWatch(SilenceOptions options, ImageWorker& worker);

  // Of a generation that begins now; `cancel` ends it with worker_unavailable.
  std::shared_ptr<LastSign> watch(std::shared_ptr<CancelSignal> cancel);

 private:
  std::vector<std::shared_ptr<LastSign>> silent_ones();
  void check_worker();

  const SilenceOptions options_;
  ImageWorker& worker_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<LastSign>> watched_;  // guarded by mutex_
  PeriodicTask check_;                            // uses all above
};

}  // namespace easel
