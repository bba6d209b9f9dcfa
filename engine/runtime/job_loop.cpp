#include "engine/runtime/job_loop.h"

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "engine/api/request_pictures.h"

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

// What the caller is told of pictures that the model has no use for, which go.
std::optional<std::string> drop_unused(GenerateRequest& request) {
  const size_t unused = std::exchange(request.unused_images, {}).size();
  if (unused == 0) return std::nullopt;
  const size_t used = 1 + request.more_images.size();
  return concat(used + unused, " pictures were given; this model uses the first ",
                used == 1 ? "alone" : concat(used));
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
  monitor_.reset_peak();
  JobMemory memory;
  memory.before = monitor_.read().used;
  absl::StatusOr<GenerateResult> result = work_guarded(job);
  const DeviceMemory now = monitor_.read();
  memory.peak = now.peak;
  memory.after = now.used;
  if (result.ok()) {
    memory.budget_bytes = result->memory.budget_bytes;
    memory.planned_peak_bytes = result->memory.planned_peak_bytes;
    result->memory = memory;
  }
  {
    const std::lock_guard lock(mutex_);
    running_.reset();
  }
  source_.finish(job);
  job.listener->done(std::move(result), memory);
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
  SecondsBefore seconds;
  Clock::time_point start = Clock::now();
  seconds.queue = seconds_between(job.submitted, start);
  if (pictures_ != nullptr && job.job.request.image) {
    // Before a model is loaded for them.
    EASEL_RETURN_IF_ERROR(read_pictures(job.job.request, job.cancel));
    seconds.read = seconds_between(start, Clock::now());
    start = Clock::now();
  }
  const std::optional<std::string> unused = drop_unused(job.job.request);
  if (unused) sink(Warning{*unused});
  EASEL_ASSIGN_OR_RETURN(ModelCache::Entry * entry,
                         cache_.acquire(job.job.model, sink, job.cancel));
  seconds.load = seconds_between(start, Clock::now());
  absl::StatusOr<GenerateResult> result = entry->model->generate(job.job.request, sink, job.cancel);
  cache_.update(*entry);
  if (!result.ok()) return result;
  add_seconds(*result, seconds);
  if (unused) result->warnings.insert(result->warnings.begin(), *unused);
  result->fingerprint = entry->fingerprint;
  return result;
}

// Files become pixels, in place; what the model does not use becomes nothing.
absl::Status JobLoop::read_pictures(GenerateRequest& request, const CancelToken& cancel) const {
  for (const RequestPicture& picture : pictures_of(request)) {
    const auto* file = std::get_if<std::string>(picture.picture);
    if (file == nullptr) continue;
    absl::StatusOr<PicturePixels> pixels = pictures_->read(*file, picture.use, cancel);
    // Who stopped it does not ask which picture it was.
    EASEL_RETURN_IF_ERROR(cancel.check());
    if (!pixels.ok()) return with_context(pixels.status(), picture.field);
    *picture.picture = picture.used ? *std::move(pixels) : PicturePixels();
  }
  return absl::OkStatus();
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
