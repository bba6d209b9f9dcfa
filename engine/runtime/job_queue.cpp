#include "engine/runtime/job_queue.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/quote.h"

namespace easel {
namespace {

using Clock = CancelToken::Clock;

constexpr std::chrono::hours kLongestLimit{24 * 3650};

std::shared_ptr<QueuedJob> make_queued(Job job, std::shared_ptr<JobListener> listener) {
  auto queued = std::make_shared<QueuedJob>();
  queued->submitted = Clock::now();
  // A limit beyond years would overflow the clock.
  if (job.time_limit && *job.time_limit < kLongestLimit) {
    queued->cancel.set_deadline(queued->submitted + *job.time_limit);
  }
  queued->job = std::move(job);
  queued->listener = std::move(listener);
  return queued;
}

}  // namespace

JobQueue::JobQueue(size_t limit) : limit_(limit), deadlines_([this] { expire_jobs(); }) {}

JobQueue::~JobQueue() {
  cancel_all();
  {
    const Lock lock(mutex_);
    ending_ = true;
  }
  waiting_changed_.notify_all();
  deadlines_.join();
}

absl::Status JobQueue::check_room(const std::string& id) const {
  if (closed_) return make_error(Reason::kDraining, "the worker is about to end: no new jobs");
  const bool waits = std::any_of(waiting_.begin(), waiting_.end(),
                                 [&](const auto& other) { return other->job.id == id; });
  if (waits || running_.contains(id)) {
    return invalid_field("request_id ", quote(id), " is in use by a job that is not done");
  }
  if (waiting_.size() < limit_) return absl::OkStatus();
  return make_error(Reason::kQueueFull, concat("the queue is full: ", waiting_.size(),
                                               " jobs wait, and no more than ", limit_, " may"));
}

absl::Status JobQueue::push(Job job, std::shared_ptr<JobListener> listener) {
  const Lock lock(mutex_);
  EASEL_RETURN_IF_ERROR(check_room(job.id));
  waiting_.push_back(make_queued(std::move(job), std::move(listener)));
  tell_positions(waiting_.size() - 1);
  job_came_.notify_one();
  waiting_changed_.notify_one();
  return absl::OkStatus();
}

bool JobQueue::cancel(const std::string& id) {
  const Lock lock(mutex_);
  if (const auto running = running_.find(id); running != running_.end()) {
    running->second->cancel.cancel();
    return true;
  }
  const auto waiting = find_waiting(id);
  if (waiting == waiting_.end()) return false;
  (*waiting)->cancel.cancel();
  end_waiting(waiting);
  return true;
}

void JobQueue::cancel_all() {
  const Lock lock(mutex_);
  for (const auto& [id, running] : running_) running->cancel.cancel();
  // From the end, so that nobody hears of a position that will not last.
  while (!waiting_.empty()) {
    waiting_.back()->cancel.cancel();
    end_waiting(std::prev(waiting_.end()));
  }
}

void JobQueue::close() {
  const Lock lock(mutex_);
  closed_ = true;
}

size_t JobQueue::length() const {
  const Lock lock(mutex_);
  return waiting_.size();
}

bool JobQueue::closed() const {
  const Lock lock(mutex_);
  return closed_;
}

bool JobQueue::wait_until_idle(Clock::time_point until) {
  Lock lock(mutex_);
  return job_left_.wait_until(lock, until, [this] { return waiting_.empty() && running_.empty(); });
}

std::shared_ptr<QueuedJob> JobQueue::next() {
  Lock lock(mutex_);
  job_came_.wait(lock, [this] { return woken_ || !waiting_.empty(); });
  if (std::exchange(woken_, false)) return nullptr;
  std::shared_ptr<QueuedJob> job = std::move(waiting_.front());
  waiting_.pop_front();
  running_[job->job.id] = job;
  tell_positions(0);
  return job;
}

void JobQueue::wake() {
  const Lock lock(mutex_);
  woken_ = true;
  job_came_.notify_one();
}

void JobQueue::finish(const QueuedJob& job) {
  const Lock lock(mutex_);
  running_.erase(job.job.id);
  job_left_.notify_all();
}

JobQueue::Waiting::iterator JobQueue::find_waiting(const std::string& id) {
  return std::find_if(waiting_.begin(), waiting_.end(),
                      [&](const auto& waiting) { return waiting->job.id == id; });
}

JobQueue::Waiting::iterator JobQueue::end_waiting(Waiting::iterator job) {
  const std::shared_ptr<QueuedJob> ended = std::move(*job);
  const auto behind = waiting_.erase(job);
  tell_positions(static_cast<size_t>(behind - waiting_.begin()));
  ended->listener->done(ended->cancel.check(), /*memory=*/std::nullopt);
  job_left_.notify_all();
  return behind;
}

void JobQueue::tell_positions(size_t first) const {
  for (size_t i = first; i < waiting_.size(); ++i) {
    waiting_[i]->listener->queued(static_cast<int64_t>(i), static_cast<int64_t>(waiting_.size()));
  }
}

void JobQueue::expire_jobs() {
  Lock lock(mutex_);
  while (!ending_) {
    Clock::time_point earliest = Clock::time_point::max();
    for (auto job = waiting_.begin(); job != waiting_.end();) {
      if ((*job)->cancel.expired()) {
        job = end_waiting(job);
        continue;
      }
      earliest = std::min(earliest, (*job)->cancel.deadline());
      ++job;
    }
    // wait_until() with the end of time overflows.
    if (earliest == Clock::time_point::max()) {
      waiting_changed_.wait(lock);
    } else {
      waiting_changed_.wait_until(lock, earliest);
    }
  }
}

}  // namespace easel
