#include "engine/runtime/job_loop.h"

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace easel {
namespace {

using Clock = CancelToken::Clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// What a job took before its model saw it.
struct SecondsBefore {
  double queue = 0;
  std::optional<double> read;  // of pictures, where there are any
  double load = 0;
};

// In front of what the model reports.
void add_seconds(GenerateResult& result, const SecondsBefore& before) {
  const auto load = std::find_if(result.seconds.begin(), result.seconds.end(),
                                 [](const StageSeconds& row) { return row.stage == "load"; });
  if (load == result.seconds.end()) {
    result.seconds.insert(result.seconds.begin(), {"load", before.load});
  } else {
    load->seconds += before.load;
  }
  if (before.read) result.seconds.insert(result.seconds.begin(), {"read", *before.read});
  result.seconds.insert(result.seconds.begin(), {"queue", before.queue});
}

}  // namespace

JobLoop::JobLoop(JobSource& source, ModelCache& cache, DeviceMonitor& monitor,
                 std::shared_ptr<const PictureReader> pictures)
    : source_(source),
      cache_(cache),
      monitor_(monitor),
      pictures_(std::move(pictures)),
      thread_([this] { run(); }) {}

JobLoop::~JobLoop() { stop(); }

void JobLoop::post(std::function<void()> command) {
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }
  source_.wake();
}

void JobLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  source_.wake();
  if (thread_.joinable()) thread_.join();
  run_commands();
}

std::optional<RunningJobStatus> JobLoop::running() const {
  const std::lock_guard lock(mutex_);
  std::optional<RunningJobStatus> status = running_;
  if (status) status->seconds = seconds_between(started_, Clock::now());
  return status;
}

void JobLoop::run() {
  while (true) {
    run_commands();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    if (const std::shared_ptr<QueuedJob> job = source_.next()) run_job(*job);
  }
}

void JobLoop::run_commands() {
  std::unique_lock lock(mutex_);
  while (!commands_.empty()) {
    const std::function<void()> command = std::move(commands_.front());
    commands_.pop_front();
    lock.unlock();
    command();
    lock.lock();
  }
}

void JobLoop::run_job(QueuedJob& job) {
  {
    const std::lock_guard lock(mutex_);
    started_ = Clock::now();
    running_ = RunningJobStatus{job.job.id, job.job.model, "load", 0, 0, 0};
  }
  absl::StatusOr<GenerateResult> result = work_guarded(job);
  {
    const std::lock_guard lock(mutex_);
    running_.reset();
  }
  source_.finish(job);
  job.listener->done(std::move(result));
}

// A model reports errors as values; what it throws all the same must not end the thread.
absl::StatusOr<GenerateResult> JobLoop::work_guarded(QueuedJob& job) {
  try {
    return work(job);
  } catch (const std::bad_alloc&) {
    return make_error(Reason::kOutOfMemory, "out of memory: the host has no more");
  } catch (const std::exception& error) {
    return make_error(Reason::kInferenceFailed, error.what());
  }
}

absl::StatusOr<GenerateResult> JobLoop::work(QueuedJob& job) {
  EASEL_RETURN_IF_ERROR(job.cancel.check());  // before a model is loaded for nobody
  const EventSink sink = [&](const GenerateEvent& event) { on_event(job, event); };
  monitor_.reset_peak();
  const MemoryUsage before = monitor_.read().used;
  SecondsBefore seconds;
  Clock::time_point start = Clock::now();
  seconds.queue = seconds_between(job.submitted, start);
  if (pictures_ != nullptr && job.job.request.image) {
    EASEL_RETURN_IF_ERROR(read_pictures(job.job.request));  // before a model is loaded for them
    seconds.read = seconds_between(start, Clock::now());
    start = Clock::now();
  }
  EASEL_ASSIGN_OR_RETURN(ModelCache::Entry * entry,
                         cache_.acquire(job.job.model, sink, job.cancel));
  seconds.load = seconds_between(start, Clock::now());
  absl::StatusOr<GenerateResult> result = entry->model->generate(job.job.request, sink, job.cancel);
  cache_.update(*entry);
  if (!result.ok()) return result;
  add_seconds(*result, seconds);
  result->fingerprint = entry->fingerprint;
  const DeviceMemory memory = monitor_.read();
  result->memory.before = before;
  result->memory.peak = memory.peak;
  result->memory.after = memory.used;
  return result;
}

// Files become pixels, in place.
absl::Status JobLoop::read_pictures(GenerateRequest& request) const {
  const auto read = [this](std::optional<StartPicture>& picture, PictureUse use,
                           std::string_view field) {
    const auto* file = picture ? std::get_if<std::string>(&*picture) : nullptr;
    if (file == nullptr) return absl::OkStatus();
    absl::StatusOr<PicturePixels> pixels = pictures_->read(*file, use);
    if (!pixels.ok()) return with_context(pixels.status(), field);
    picture = *std::move(pixels);
    return absl::OkStatus();
  };
  EASEL_RETURN_IF_ERROR(read(request.image, PictureUse::kPicture, "image"));
  return read(request.mask, PictureUse::kMask, "mask");
}

void JobLoop::on_event(QueuedJob& job, const GenerateEvent& event) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto* started = std::get_if<StageStarted>(&event)) {
      running_->stage = started->stage;
      running_->done = 0;
      running_->units = started->units;
    } else if (const auto* progress = std::get_if<StageProgress>(&event)) {
      running_->stage = progress->stage;
      running_->done = progress->done;
      running_->units = progress->units;
    }
  }
  job.listener->event(event);
}

}  // namespace easel
