// Stops a call that another thread is in.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "absl/status/status.h"

namespace easel {

// Thread-safe.
class CancelSignal {
 public:
  // `why` is what the call then ends with; the first one counts.
  void cancel(absl::Status why) {
    const std::lock_guard lock(mutex_);
    if (!why_.ok()) return;
    why_ = std::move(why);
    if (on_cancel_) on_cancel_();
  }

  // Ok until it was cancelled.
  absl::Status why() const {
    const std::lock_guard lock(mutex_);
    return why_;
  }

  // Called once, on the thread that cancels, or at once when that has happened; must be quick.
  // nullptr detaches: afterwards the old one neither runs nor will.
  void set_callback(std::function<void()> on_cancel) {
    const std::lock_guard lock(mutex_);
    on_cancel_ = std::move(on_cancel);
    if (on_cancel_ && !why_.ok()) on_cancel_();
  }

 private:
  mutable std::mutex mutex_;
  absl::Status why_;                 // guarded by mutex_
  std::function<void()> on_cancel_;  // guarded by mutex_
};

}  // namespace easel
