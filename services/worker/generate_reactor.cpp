#include "services/worker/generate_reactor.h"

#include <utility>

#include "services/worker/grpc_status.h"

namespace easel {
namespace {

// A caller's deadline reaches this side as a cancel, too, and by the call's way here a moment
// before the job's own clock says so: the job is left to that clock, and ends as DEADLINE.
constexpr std::chrono::milliseconds kDeadlineSlack(100);

class RefusingReactor : public grpc::ServerWriteReactor<v1::GenerateEvent> {
 public:
  explicit RefusingReactor(const absl::Status& status) { Finish(to_grpc_status(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

GenerateReactor* GenerateReactor::start(const CallServices& services, LoggedRequest asked,
                                        Job job) {
  const std::shared_ptr<GenerateReactor> reactor(
      new GenerateReactor(services, std::move(asked), job));
  reactor->self_ = reactor;
  const absl::Status submitted = services.engine.submit(std::move(job), reactor);
  if (!submitted.ok()) reactor->done(submitted, /*memory=*/std::nullopt);
  return reactor.get();
}

grpc::ServerWriteReactor<v1::GenerateEvent>* GenerateReactor::refuse(const absl::Status& status) {
  return new RefusingReactor(status);
}

GenerateReactor::GenerateReactor(const CallServices& services, LoggedRequest asked, const Job& job)
    : services_(services),
      asked_(std::move(asked)),
      id_(job.id),
      model_(job.model),
      deadline_(job.time_limit ? std::optional(Clock::now() + *job.time_limit) : std::nullopt),
      translator_(job.request.preview_every),
      outbox_(job.id) {}

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

void GenerateReactor::done(absl::StatusOr<GenerateResult> result,
                           const std::optional<JobMemory>& memory) {
  const std::shared_ptr<GenerateReactor> keep = shared_from_this();
  log_request(services_.log, asked_, result, memory);
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    status_ = to_grpc_status(result.status());
    if (result.ok()) {
      for (v1::GenerateEvent& message : translator_.finish(*result, model_)) {
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
  if (!deadline_ || *deadline_ - Clock::now() > kDeadlineSlack) services_.engine.cancel(id_);
  pump();
}

void GenerateReactor::OnDone() { const std::shared_ptr<GenerateReactor> self = std::move(self_); }

}  // namespace easel
