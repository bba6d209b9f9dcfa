#include "gateway/generation_runner.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "gateway/api_error.h"
#include "gateway/error_body.h"
#include "gateway/event_json.h"
#include "gateway/json_text.h"
#include "gateway/log_event.h"
#include "gateway/record_json.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kCancelTime(10);
// Asked for before the work: a large PNG and its row fit into it.
constexpr uint64_t kBytesPerPicture = 16 << 20;
// An answer that is there already waits for little but the disk.
constexpr size_t kAnswerThreads = 4;

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
  std::shared_ptr<SilenceWatch::LastSign> last_sign;  // of the worker; none where it is not asked
  bool running = false;
  std::optional<GenerationFiles> files;  // from reserve() on
  std::optional<WorkerResult> result;
  bool had_pictures = false;  // that the worker took

  // A worker that says something has them: as many jobs as may run must not hold 75 MiB each.
  void let_go_of_pictures() {
    had_pictures |= !request.image.empty() || !request.edit_images.empty();
    std::string().swap(request.image);
    std::string().swap(request.mask);
    std::vector<std::string>().swap(request.edit_images);
  }
};

GenerationRunner::GenerationRunner(GenerationRunnerOptions options, ImageWorker& worker,
                                   const GenerationStores& stores, EventHub& hub)
    : options_(options),
      worker_(worker),
      stores_(stores),
      hub_(hub),
      open_rows_(stores.generations),
      silence_watch_(options.silence, worker),
      // An ended job has left `jobs_` a moment before its thread is free again.
      drawings_({options.max_running, /*max_queued=*/options.max_running}),
      answers_({kAnswerThreads, /*max_queued=*/options.max_answers}) {}

GenerationRunner::~GenerationRunner() { shutdown(std::chrono::milliseconds(0)); }

absl::Status GenerationRunner::reserve(const std::shared_ptr<Job>& job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return api_error(ErrorCode::kBusy, "the server is about to stop");
  const bool is_answer = job->extras.answer != nullptr;
  const auto alike = std::count_if(jobs_.begin(), jobs_.end(), [&](const auto& item) {
    return (item.second->extras.answer != nullptr) == is_answer;
  });
  if (static_cast<size_t>(alike) >= (is_answer ? options_.max_answers : options_.max_running)) {
    return api_error(ErrorCode::kQueueFull);
  }
  job->run->log = hub_.open(job->run->id);
  if (job->run->log == nullptr) return api_error(ErrorCode::kConflict);
  job->files.emplace(stores_, job->asked, *job->run->log);
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
  // Whoever looks through the jobs reads them from reserve() on.
  job->extras = std::move(extras);
  EASEL_RETURN_IF_ERROR(stores_.pictures.check_free(kBytesPerPicture * order.request.num_images));
  EASEL_RETURN_IF_ERROR(reserve(job));
  const absl::Status inserted = stores_.generations.insert_started(job->asked);
  if (!inserted.ok()) {
    hub_.forget(id);
    release(id);
    return absl::IsAlreadyExists(inserted) ? api_error(ErrorCode::kConflict) : inserted;
  }
  job->request = std::move(order.request);
  const bool is_answer = job->extras.answer != nullptr;
  if (!is_answer) {
    job->last_sign = silence_watch_.watch({job->run, &job->run->cancel});
  }
  if ((is_answer ? answers_ : drawings_).enqueue([this, job] { run(*job); })) return job->run;
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
  try {
    ended = make_pictures(job);
  } catch (const std::exception& error) {
    ended = absl::InternalError(error.what());
  }
  finish(job, ended);
}

absl::Status GenerationRunner::make_pictures(Job& job) {
  const auto sink = [&](WorkerEvent event) { return on_event(job, std::move(event)); };
  if (job.extras.answer != nullptr) {
    return job.extras.answer->tell(job.request, sink, job.run->cancel);
  }
  return worker_.generate(job.request, job.context, sink, job.run->cancel);
}

absl::Status GenerationRunner::on_event(Job& job, WorkerEvent event) {
  if (job.last_sign != nullptr) job.last_sign->note();
  job.let_go_of_pictures();
  if (!job.running && !std::holds_alternative<WorkerQueued>(event)) {
    job.running = true;
    EASEL_RETURN_IF_ERROR(stores_.generations.mark_running(job.run->id));
  }
  append_event(*job.run->log, job.run->id, event);
  if (const auto* image = std::get_if<WorkerImage>(&event)) return job.files->add(*image);
  if (auto* result = std::get_if<WorkerResult>(&event)) job.result = std::move(*result);
  return absl::OkStatus();
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
  const auto models = worker_.models({job.context.request_id, "", options_.silence.status_timeout});
  return models.ok() && std::none_of(models->begin(), models->end(), [&](const WorkerModel& model) {
           return model.key == job.asked.model;
         });
}

absl::Status GenerationRunner::close_done(Job& job) {
  const GenerationEnd end{utc_now_ms(), since(job.started).count()};
  const GenerationUsed used = used_of(*job.result);
  const std::vector<GenerationFile>& files = job.files->all();
  EASEL_RETURN_IF_ERROR(stores_.generations.finish_done(job.run->id, used, files, end));
  // What the row says now, without reading it back.
  job.run->record = GenerationRecord{job.asked, used, GenerationStatus::kDone, end, "", "", files};
  job.files->tell_last();
  return absl::OkStatus();
}

void GenerationRunner::close_failed(Job& job, const absl::Status& why) {
  job.files->record_last();
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
  drawings_.shutdown();
  answers_.shutdown();
}

}  // namespace easel
