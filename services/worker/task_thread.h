// A thread for work that would hold up gRPC's own: reading many files.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace easel {

// Thread-safe. Runs one task after another.
class TaskThread {
 public:
  explicit TaskThread(size_t limit);
  ~TaskThread();  // runs what was taken

  // False, and the task is not taken, when `limit` tasks wait already.
  bool post(std::function<void()> task);

 private:
  void run();

  const size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_:
  std::deque<std::function<void()>> tasks_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace easel
