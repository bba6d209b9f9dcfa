// Something that is done again and again, on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace easel {

class PeriodicTask {
 public:
  // Every `interval` from now on; `task` must not throw.
  PeriodicTask(std::chrono::milliseconds interval, std::function<void()> task);
  // Waits for the one that runs; none begins afterwards.
  ~PeriodicTask();
  PeriodicTask(const PeriodicTask&) = delete;
  PeriodicTask& operator=(const PeriodicTask&) = delete;

 private:
  void run();

  const std::chrono::milliseconds interval_;
  const std::function<void()> task_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace easel
