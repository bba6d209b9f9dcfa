#include "gateway/generation_runner.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "gateway/api_error.h"
#include "gateway/error_body.h"
#include "gateway/event_json.h"
#include "gateway/json_text.h"
#include "gateway/log_event.h"
#include "gateway/record_json.h"
#include "gateway/thumbnail.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kWatchInterval(1);
constexpr std::chrono::seconds kCancelTime(10);
// Asked for before the work: a large PNG and its row fit into it.
constexpr uint64_t kBytesPerPicture = 16 << 20;

std::chrono::milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

GenerationAsked asked_of(const GenerateOrder& order, const std::string& trace_id) {
  const WorkerRequest& request = order.request;
  GenerationAsked asked;
  asked.id = request.request_id;
  asked.trace_id = trace_id;
  asked.prompt = request.prompt;
  asked.negative_prompt = request.negative_prompt;
  asked.model = request.model;
  asked.requested_width = order.requested_width;
  asked.requested_height = order.requested_height;
  asked.num_images = static_cast<int>(request.num_images);
  asked.settings_json = order.settings_json;
  asked.session_id = order.session_id;
  asked.created_at_ms = utc_now_ms();
  return asked;
}

GenerationUsed used_of(const WorkerResult& result) {
  GenerationUsed used;
  used.model = result.model;
  used.family = result.family;
  used.variant = result.variant;
  used.fingerprint = result.fingerprint;
  used.seed = result.seed;
  used.steps = result.steps;
  used.width = result.width;
  used.height = result.height;
  used.guidance = result.guidance;
  used.sampler = result.sampler;
  used.warnings = result.warnings;
  for (const auto& [stage, seconds] : result.seconds) used.seconds.push_back({stage, seconds});
  return used;
}

}  // namespace

struct GenerationRunner::Job {
  std::shared_ptr<GenerationRun> run = std::make_shared<GenerationRun>();
  WorkerRequest request;  // its pictures until it was sent
  GenerationExtras extras;
  GenerationAsked asked;
  WorkerCallContext context;
  Clock::time_point started = Clock::now();
  std::atomic<Clock::rep> last_sign{0};  // when the worker said something, of the steady clock
  bool running = false;
  std::vector<GenerationFile> files;
  bool last_unrecorded = false;  // the last of `files` is in no row yet
  std::optional<WorkerResult> result;
  bool had_pictures = false;  // that the worker took

  // A worker that says something has them: as many jobs as may run must not hold 75 MiB each.
  void let_go_of_pictures() {
    had_pictures |= !request.image.empty() || !request.edit_images.empty();
    std::string().swap(request.image);
    std::string().swap(request.mask);
    std::vector<std::string>().swap(request.edit_images);
  }
  void note_sign() { last_sign = Clock::now().time_since_epoch().count(); }
  std::chrono::milliseconds silent_for() const {
    return since(Clock::time_point(Clock::duration(last_sign)));
  }
};

GenerationRunner::GenerationRunner(GenerationRunnerOptions options, ImageWorker& worker,
                                   GenerationStore& generations, PictureStore& pictures,
                                   EventHub& hub)
    : options_(options),
      worker_(worker),
      generations_(generations),
      pictures_(pictures),
      hub_(hub),
      open_rows_(generations),
      // An ended job has left `jobs_` a moment before its thread is free again.
      pool_({options.max_running, /*max_queued=*/options.max_running}),
      watcher_([this] { watch(); }) {}

GenerationRunner::~GenerationRunner() {
  shutdown(std::chrono::milliseconds(0));
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }
  watcher_.join();
  open_rows_.retry();
}

absl::Status GenerationRunner::reserve(const std::shared_ptr<Job>& job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return api_error(ErrorCode::kBusy, "the server is about to stop");
  if (jobs_.size() >= options_.max_running) return api_error(ErrorCode::kQueueFull);
  job->run->log = hub_.open(job->run->id);
  if (job->run->log == nullptr) return api_error(ErrorCode::kConflict);
  jobs_[job->run->id] = job;
  return absl::OkStatus();
}

void GenerationRunner::release(const std::string& id) {
  const std::lock_guard lock(mutex_);
  jobs_.erase(id);
  changed_.notify_all();
}

absl::StatusOr<std::shared_ptr<GenerationRun>> GenerationRunner::start(
    GenerateOrder order, const WorkerCallContext& context, const std::string& trace_id,
    GenerationExtras extras) {
  const auto job = std::make_shared<Job>();
  const std::string& id = job->run->id = order.request.request_id;
  job->run->caller = order.caller;
  job->context = context;
  job->context.timeout = options_.timeout;
  job->asked = asked_of(order, trace_id);
  job->note_sign();
  // Whoever watches the jobs reads them from reserve() on.
  job->extras = std::move(extras);
  EASEL_RETURN_IF_ERROR(pictures_.check_free(kBytesPerPicture * order.request.num_images));
  EASEL_RETURN_IF_ERROR(reserve(job));
  const absl::Status inserted = generations_.insert_started(job->asked);
  if (!inserted.ok()) {
    hub_.forget(id);
    release(id);
    return absl::IsAlreadyExists(inserted) ? api_error(ErrorCode::kConflict) : inserted;
  }
  job->request = std::move(order.request);
  if (pool_.enqueue([this, job] { run(*job); })) return job->run;
  job->extras.on_cost_nothing = nullptr;
  finish(*job, api_error(ErrorCode::kBusy));
  return api_error(ErrorCode::kBusy);
}

std::optional<std::string> GenerationRunner::caller_of(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? std::nullopt : std::optional(found->second->run->caller);
}

bool GenerationRunner::cancel(const std::string& id) {
  std::shared_ptr<GenerationRun> run;
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return false;
    run = found->second->run;
  }
  run->cancel.cancel(api_error(ErrorCode::kCancelled));
  return true;
}

void GenerationRunner::run(Job& job) {
  absl::Status ended;
  ImageWorker& worker = job.extras.instead == nullptr ? worker_ : *job.extras.instead;
  try {
    ended = worker.generate(
        job.request, job.context,
        [&](WorkerEvent event) { return on_event(job, std::move(event)); }, job.run->cancel);
  } catch (const std::exception& error) {
    ended = absl::InternalError(error.what());
  }
  finish(job, ended);
}

absl::Status GenerationRunner::on_event(Job& job, WorkerEvent event) {
  job.note_sign();
  job.let_go_of_pictures();
  if (!job.running && !std::holds_alternative<WorkerQueued>(event)) {
    job.running = true;
    EASEL_RETURN_IF_ERROR(generations_.mark_running(job.run->id));
  }
  append_event(*job.run->log, job.run->id, event);
  if (const auto* image = std::get_if<WorkerImage>(&event)) return store_picture(job, *image);
  if (auto* result = std::get_if<WorkerResult>(&event)) job.result = std::move(*result);
  return absl::OkStatus();
}

absl::Status GenerationRunner::store_picture(Job& job, const WorkerImage& image) {
  if (image.index != job.files.size()) {
    return make_error(Reason::kInferenceFailed, "the worker sent its pictures out of order");
  }
  EASEL_ASSIGN_OR_RETURN(const GenerationFile file, write_files(job.run->id, image));
  job.files.push_back(file);
  // The last one waits for the row's end, which comes at once and saves a write to the disk.
  job.last_unrecorded = job.files.size() == static_cast<size_t>(job.asked.num_images);
  return job.last_unrecorded ? absl::OkStatus() : record_file(job);
}

// Both files at the same time: each waits for the disk.
absl::StatusOr<GenerationFile> GenerationRunner::write_files(const std::string& id,
                                                             const WorkerImage& image) {
  const int index = static_cast<int>(image.index);
  std::future<absl::StatusOr<std::string>> picture = std::async(std::launch::async, [&] {
    return pictures_.write(PictureKind::kPicture, id, index, image.bytes);
  });
  const absl::StatusOr<std::string> small =
      image.thumbnail.empty() ? make_thumbnail(image.bytes) : image.thumbnail;
  absl::StatusOr<std::string> thumbnail =
      small.ok() ? pictures_.write(PictureKind::kThumbnail, id, index, *small)
                 : make_error(Reason::kInferenceFailed, "the worker sent what is no picture");
  absl::StatusOr<std::string> written = picture.get();
  if (written.ok() && thumbnail.ok()) {
    return GenerationFile{index, *written, *thumbnail, image.bytes.size(), small->size()};
  }
  if (written.ok()) pictures_.remove(PictureKind::kPicture, *written).IgnoreError();
  if (thumbnail.ok()) pictures_.remove(PictureKind::kThumbnail, *thumbnail).IgnoreError();
  return written.ok() ? thumbnail.status() : written.status();
}

absl::Status GenerationRunner::record_file(Job& job) {
  const GenerationFile file = job.files.back();
  const absl::Status added = generations_.add_file(job.run->id, file);
  if (added.ok()) {
    append_image_ready(*job.run->log, job.run->id, file);
    return added;
  }
  // Without a row nobody would ever find them. What cannot be removed is swept at the next start.
  pictures_.remove(PictureKind::kPicture, file.picture_file).IgnoreError();
  pictures_.remove(PictureKind::kThumbnail, file.thumbnail_file).IgnoreError();
  job.files.pop_back();
  return added;
}

void GenerationRunner::finish(Job& job, const absl::Status& ended) {
  absl::Status outcome = ended;
  // Done is done, also when a cancel came at the last moment.
  if (outcome.ok() && !job.result) {
    outcome = make_error(Reason::kInferenceFailed, "the worker ended without a result");
  }
  if (outcome.ok()) outcome = close_done(job);
  const bool unknown_model = is_unknown_model(job, outcome);
  if (unknown_model) {
    outcome = api_error(ErrorCode::kInvalidField, "'engine' names no model of this server");
  }
  job.run->outcome = outcome;
  if (!outcome.ok()) close_failed(job, outcome);
  const ErrorCode code = outcome.ok() ? ErrorCode::kInternal : public_error(outcome).code;
  // A picture that cannot be read has cost its reading.
  const bool was_read = job.had_pictures && code == ErrorCode::kInvalidField && !unknown_model;
  job.run->cost_nothing =
      !outcome.ok() && !job.running && !was_read && code != ErrorCode::kCancelled;
  if (job.run->cost_nothing && job.extras.on_cost_nothing) job.extras.on_cost_nothing();
  // Before its end is told: whoever hears of the end finds it ended.
  release(job.run->id);
  if (outcome.ok()) {
    job.run->log->close("result", to_json_text(record_json(*job.run->record)));
  } else {
    job.run->log->close("error", error_json(public_error(outcome), job.context.request_id));
  }
  hub_.end(job.run->id);
}

// Files that are missing are the server's fault, a model that nobody has heard of is the caller's.
bool GenerationRunner::is_unknown_model(const Job& job, const absl::Status& outcome) {
  if (outcome.ok() || job.asked.model.empty()) return false;
  if (public_error(outcome).code != ErrorCode::kModelMissing) return false;
  const auto models = worker_.models({job.context.request_id, "", options_.status_timeout});
  return models.ok() && std::none_of(models->begin(), models->end(), [&](const WorkerModel& model) {
           return model.key == job.asked.model;
         });
}

absl::Status GenerationRunner::close_done(Job& job) {
  const GenerationEnd end{utc_now_ms(), since(job.started).count()};
  const GenerationUsed used = used_of(*job.result);
  EASEL_RETURN_IF_ERROR(generations_.finish_done(job.run->id, used, job.files, end));
  // What the row says now, without reading it back.
  job.run->record =
      GenerationRecord{job.asked, used, GenerationStatus::kDone, end, "", "", job.files};
  if (job.last_unrecorded) append_image_ready(*job.run->log, job.run->id, job.files.back());
  return absl::OkStatus();
}

void GenerationRunner::close_failed(Job& job, const absl::Status& why) {
  if (job.last_unrecorded) record_file(job).IgnoreError();
  const ApiError error = public_error(why);
  log_event(LogLevel::kWarning, "generation failed",
            {{"generation_id", job.run->id},
             {"request_id", job.context.request_id},
             {"trace_id", job.asked.trace_id},
             {"error", error_code_name(error.code)},
             {"detail", log_text(why)}});
  if (error.code != ErrorCode::kInterrupted) {
    open_rows_.close(job.run->id, std::string(error_code_name(error.code)), error.message,
                     {utc_now_ms(), since(job.started).count()});
  }
}

void GenerationRunner::watch() {
  std::unique_lock lock(mutex_);
  const auto interval = std::min<std::chrono::milliseconds>(kWatchInterval, options_.silence);
  while (!changed_.wait_for(lock, interval, [this] { return done_; })) {
    lock.unlock();
    open_rows_.retry();
    check_worker();
    lock.lock();
  }
}

void GenerationRunner::check_worker() {
  std::vector<std::shared_ptr<Job>> silent;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, job] : jobs_) {
      // Who makes the pictures in the worker's place does not share its silence.
      if (job->extras.instead == nullptr && job->silent_for() >= options_.silence)
        silent.push_back(job);
    }
  }
  if (silent.empty()) return;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (worker_.status({"watch", "", options_.status_timeout}).ok()) {
      for (const auto& job : silent) job->note_sign();
      return;
    }
  }
  for (const auto& job : silent) {
    job->run->cancel.cancel(
        api_error(ErrorCode::kWorkerUnavailable, "the worker does not answer any more"));
  }
}

void GenerationRunner::shutdown(std::chrono::milliseconds grace) {
  const auto wait_for_all = [this](std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    return changed_.wait_for(lock, time, [this] { return jobs_.empty(); });
  };
  if (!wait_for_all(grace)) {
    std::vector<std::shared_ptr<Job>> left;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, job] : jobs_) left.push_back(job);
    }
    for (const auto& job : left) job->run->cancel.cancel(api_error(ErrorCode::kInterrupted));
    wait_for_all(kCancelTime);
  }
  pool_.shutdown();
}

}  // namespace easel
