// The jobs that wait in this process: bounded, first come, first served.
//
// A job is waiting, then running, then forgotten. Listeners are called under the queue's lock, so
// that positions reach them in order and nothing comes after `done`.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "engine/runtime/job_source.h"

namespace easel {

// Thread-safe. Has a thread that ends waiting jobs at their deadline.
class JobQueue : public JobSource {
 public:
  explicit JobQueue(size_t limit);
  // Nobody may be in `next` any more. Jobs that still wait are CANCELLED.
  ~JobQueue() override;

  // QUEUE_FULL, INVALID_FIELD (id in use), DRAINING (closed): the listener hears nothing.
  absl::Status push(Job job, std::shared_ptr<JobListener> listener);

  // False when no job of that id waits or runs.
  bool cancel(const std::string& id);
  void cancel_all();

  // `push` refuses from now on.
  void close();

  size_t length() const;  // waiting
  size_t limit() const { return limit_; }
  bool closed() const;

  // Returns once nothing waits or runs, or at `until`; true for the former.
  bool wait_until_idle(CancelToken::Clock::time_point until);

  std::shared_ptr<QueuedJob> next() override;
  void wake() override;
  void finish(const QueuedJob& job) override;

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Waiting = std::deque<std::shared_ptr<QueuedJob>>;

  absl::Status check_room(const std::string& id) const;
  Waiting::iterator find_waiting(const std::string& id);
  // Ends a waiting job with what its token says and tells those behind it. Returns the next one.
  Waiting::iterator end_waiting(Waiting::iterator job);
  void tell_positions(size_t first) const;
  void expire_jobs();

  const size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable job_came_;         // for next()
  std::condition_variable waiting_changed_;  // for the deadline thread
  std::condition_variable job_left_;         // for wait_until_idle()
  // Under mutex_:
  Waiting waiting_;
  std::map<std::string, std::shared_ptr<QueuedJob>> running_;  // by id
  bool closed_ = false;
  bool woken_ = false;
  bool ending_ = false;
  std::thread deadlines_;
};

}  // namespace easel
