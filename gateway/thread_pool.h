// Threads that are made when work waits for one, up to a limit, and end when they were idle for a
// while. Connections and running generations each have a pool of their own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace easel {

struct ThreadPoolOptions {
  size_t max_threads = 64;
  // Work that may wait for a thread when all are busy; 0: none, `enqueue` then refuses.
  size_t max_queued = 0;
};

// Thread-safe. Work must not throw.
class ThreadPool {
 public:
  explicit ThreadPool(ThreadPoolOptions options);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // False when every thread is busy and the queue is full, after shutdown, and when the system has
  // no thread to give.
  bool enqueue(std::function<void()> work);

  // Takes no more work, finishes what was taken, and waits for it.
  void shutdown();

 private:
  void run();
  bool add_thread();
  void join_finished();

  const ThreadPoolOptions options_;
  std::mutex mutex_;
  // All below is guarded by mutex_.
  std::condition_variable work_arrived_;
  std::condition_variable thread_ended_;
  std::deque<std::function<void()>> queue_;
  size_t num_threads_ = 0;
  size_t num_idle_ = 0;
  bool shutting_down_ = false;
  std::vector<std::thread> finished_;
  std::vector<std::thread> threads_;
};

}  // namespace easel
