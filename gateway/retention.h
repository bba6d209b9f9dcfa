// Generations that are older than the operator keeps them leave the log, with their pictures.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "gateway/auth/clock.h"
#include "storage/generation_removal.h"

namespace easel {

// One thread, which looks at the start and then every hour. Thread-safe.
class Retention {
 public:
  // `days` 0: all are kept, and there is no thread. `removal` must outlive this.
  Retention(GenerationRemoval& removal, Clock clock, int64_t days);
  ~Retention();
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Removes what is too old by now; how many there were. Ends early when this is destroyed.
  absl::StatusOr<int64_t> remove_old();

 private:
  void run();
  bool is_stopping();

  GenerationRemoval& removal_;
  const Clock clock_;
  const int64_t days_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace easel
