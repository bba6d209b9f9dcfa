#include "gateway/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace easel {
namespace {

constexpr std::chrono::seconds kIdleTime(10);

}  // namespace

ThreadPool::ThreadPool(ThreadPoolOptions options) : options_(options) {}

ThreadPool::~ThreadPool() { shutdown(); }

bool ThreadPool::enqueue(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (shutting_down_) return false;
  join_finished();
  // Idle threads that are already owed to queued work don't count.
  if (num_idle_ <= queue_.size()) {
    const bool added = num_threads_ < options_.max_threads && add_thread();
    if (!added && queue_.size() >= num_idle_ + options_.max_queued) return false;
  }
  queue_.push_back(std::move(work));
  work_arrived_.notify_one();
  return true;
}

bool ThreadPool::add_thread() {
  try {
    threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {
    return false;
  }
  ++num_threads_;
  ++num_idle_;
  return true;
}

void ThreadPool::run() {
  std::unique_lock lock(mutex_);
  const auto has_work = [this] { return !queue_.empty() || shutting_down_; };
  while (work_arrived_.wait_for(lock, kIdleTime, has_work) && !queue_.empty()) {
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    --num_idle_;
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    ++num_idle_;
  }
  --num_idle_;
  --num_threads_;
  const auto self = std::find_if(threads_.begin(), threads_.end(), [](const std::thread& thread) {
    return thread.get_id() == std::this_thread::get_id();
  });
  finished_.push_back(std::move(*self));
  threads_.erase(self);
  thread_ended_.notify_all();
}

void ThreadPool::join_finished() {
  for (std::thread& thread : finished_) thread.join();
  finished_.clear();
}

void ThreadPool::shutdown() {
  std::unique_lock lock(mutex_);
  shutting_down_ = true;
  work_arrived_.notify_all();
  thread_ended_.wait(lock, [this] { return num_threads_ == 0; });
  join_finished();
}

}  // namespace easel
