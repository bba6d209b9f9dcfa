#include "services/worker/generate_reactor.h"

#include <utility>

#include "services/worker/grpc_status.h"

namespace easel {
namespace {

// What the log tells of a job; megabytes of pictures need not be kept for it.
Job without_pictures(const Job& job) {
  Job copy;
  copy.id = job.id;
  copy.model = job.model;
  copy.traceparent = job.traceparent;
  copy.caller_request_id = job.caller_request_id;
  copy.time_limit = job.time_limit;
  copy.request.prompt = job.request.prompt;
  copy.request.num_images = job.request.num_images;
  copy.request.seed = job.request.seed;
  copy.request.width = job.request.width;
  copy.request.height = job.request.height;
  copy.request.steps = job.request.steps;
  copy.request.preview_every = job.request.preview_every;
  if (job.request.image) copy.request.image.emplace();  // that there was one
  if (job.request.mask) copy.request.mask.emplace();
  return copy;
}

// A caller's deadline reaches this side as a cancel, too, and by the call's way here a moment
// before the job's own clock says so: the job is left to that clock, and ends as DEADLINE.
constexpr std::chrono::milliseconds kDeadlineSlack(100);

class RefusingReactor : public grpc::ServerWriteReactor<v1::GenerateEvent> {
 public:
  explicit RefusingReactor(const absl::Status& status) { Finish(to_grpc_status(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

GenerateReactor* GenerateReactor::start(const CallServices& services, const std::string& method,
                                        Job job) {
  const std::shared_ptr<GenerateReactor> reactor(
      new GenerateReactor(services, method, without_pictures(job)));
  reactor->self_ = reactor;
  const absl::Status submitted = services.engine.submit(std::move(job), reactor);
  if (!submitted.ok()) reactor->done(submitted);
  return reactor.get();
}

grpc::ServerWriteReactor<v1::GenerateEvent>* GenerateReactor::refuse(const absl::Status& status) {
  return new RefusingReactor(status);
}

GenerateReactor::GenerateReactor(const CallServices& services, std::string method, Job job)
    : services_(services),
      method_(std::move(method)),
      job_(std::move(job)),
      deadline_(job_.time_limit ? std::optional(Clock::now() + *job_.time_limit) : std::nullopt),
      translator_(job_.request.preview_every),
      outbox_(job_.id) {}

void GenerateReactor::queued(int64_t position, int64_t length) {
  {
    const std::lock_guard lock(mutex_);
    outbox_.push(EventTranslator::queued(position, length));
  }
  pump();
}

void GenerateReactor::event(const GenerateEvent& event) {
  {
    const std::lock_guard lock(mutex_);
    for (v1::GenerateEvent& message : translator_.translate(event)) {
      outbox_.push(std::move(message));
    }
  }
  pump();
}

void GenerateReactor::done(absl::StatusOr<GenerateResult> result) {
  const std::shared_ptr<GenerateReactor> keep = shared_from_this();
  log_request(services_.log, services_.log_options, method_, job_, result);
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    status_ = to_grpc_status(result.status());
    if (result.ok()) {
      for (v1::GenerateEvent& message : translator_.finish(*result, job_.model)) {
        outbox_.push(std::move(message));
      }
    }
  }
  pump();
}

void GenerateReactor::pump() {
  std::unique_lock lock(mutex_);
  if (writing_ || finished_) return;
  if (!gone_) {
    if (std::optional<v1::GenerateEvent> next = outbox_.pop()) {
      current_ = *std::move(next);
      writing_ = true;
      lock.unlock();
      StartWrite(&current_);
      return;
    }
  }
  if (!done_) return;
  finished_ = true;
  lock.unlock();
  Finish(status_);
}

void GenerateReactor::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) gone_ = true;
    current_.Clear();
  }
  pump();
}

void GenerateReactor::OnCancel() {
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    // A job that is done is none of this call's any more: its id may be in use by another.
    if (done_) return;
  }
  if (!deadline_ || *deadline_ - Clock::now() > kDeadlineSlack) services_.engine.cancel(job_.id);
  pump();
}

void GenerateReactor::OnDone() { const std::shared_ptr<GenerateReactor> self = std::move(self_); }

}  // namespace easel
