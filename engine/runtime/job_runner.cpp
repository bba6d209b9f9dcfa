#include "engine/runtime/job_runner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/error.h"
#include "engine/nn/attention_limit.h"
#include "engine/runtime/guarded.h"
#include "engine/runtime/picture.h"

namespace easel {
namespace {

constexpr std::string_view kWentOnWithLess =
    "memory ran out; the job went on with a plan that takes less";

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One request's way through the stages.
class JobRun {
 public:
  JobRun(Pipeline& pipeline, Residency& residency, const GenerateRequest& request,
         const EventSink& sink, const CancelToken& cancel)
      : pipeline_(pipeline),
        residency_(residency),
        request_(request),
        sink_(sink),
        cancel_(cancel) {}

  absl::StatusOr<JobOutcome> run() {
    EASEL_ASSIGN_OR_RETURN(state_, pipeline_.begin(request_));
    EASEL_RETURN_IF_ERROR(residency_.begin(*state_));
    for (const std::string& warning : state_->warnings) emit(Warning{warning});
    for (state_->stage = 0; state_->stage < pipeline_.stages().size(); ++state_->stage) {
      EASEL_RETURN_IF_ERROR(run_stage(pipeline_.stages()[state_->stage]));
    }
    JobOutcome outcome;
    outcome.result = pipeline_.finish(*state_);
    state_->recorder.record("image", outcome.result.images);
    outcome.tensors = state_->recorder.take();
    outcome.warnings = std::move(state_->warnings);
    outcome.seconds = std::move(seconds_);
    return outcome;
  }

 private:
  absl::Status run_stage(const Stage& stage) {
    const int64_t units = stage.num_units(*state_);
    if (units == 0) return absl::OkStatus();
    EASEL_RETURN_IF_ERROR(cancel_.check());  // before weights are read that nobody will use
    state_->unit = 0;
    entered_ = false;
    EASEL_RETURN_IF_ERROR(with_relief([&] { return enter(stage); }));
    emit(StageStarted{stage.name, units});
    const Clock::time_point start = Clock::now();
    while (state_->unit < stage.num_units(*state_)) {
      EASEL_RETURN_IF_ERROR(cancel_.check());
      EASEL_RETURN_IF_ERROR(with_relief([&] { return advance(stage); }));
      ++state_->unit;
      // Asked anew: a relief may have cut the rest into more units, and some stages are done for
      // good.
      emit(StageProgress{stage.name, state_->unit,
                         std::max(stage.num_units(*state_), state_->unit)});
      maybe_preview(stage);
    }
    add_seconds(stage.name, seconds_since(start));
    EASEL_RETURN_IF_ERROR(check_files(stage));
    residency_.leave(stage, *state_);
    return absl::OkStatus();
  }

  // Does `work`, and once more with less memory for as often as it runs out of it.
  template <typename Work>
  absl::Status with_relief(const Work& work) {
    for (;;) {
      absl::Status done = guarded(work);
      if (done.ok() || reason_of(done) != Reason::kOutOfMemory) return done;
      if (!residency_.relieve(*state_)) return done;
      entered_ = false;
      state_->warnings.emplace_back(kWentOnWithLess);
      emit(Warning{state_->warnings.back()});
    }
  }

  absl::Status enter(const Stage& stage) {
    const Clock::time_point start = Clock::now();
    EASEL_RETURN_IF_ERROR(residency_.enter(stage, *state_));
    entered_ = true;
    add_seconds("load", seconds_since(start));
    return absl::OkStatus();
  }

  absl::Status advance(const Stage& stage) {
    if (!entered_) EASEL_RETURN_IF_ERROR(enter(stage));
    const bool another_follows = state_->unit + 1 < stage.num_units(*state_);
    residency_.begin_unit(stage, *state_, another_follows);
    const AttentionLimit attention_limit(state_->limits.attention_bytes);
    RequestState* const batch[] = {state_.get()};
    stage.advance(batch);
    return absl::OkStatus();
  }

  absl::Status check_files(const Stage& stage) {
    for (Component* component : pipeline_.components()) {
      if (uses(stage, *component)) EASEL_RETURN_IF_ERROR(component->checkpoint().check_intact());
    }
    return absl::OkStatus();
  }

  void maybe_preview(const Stage& stage) {
    if (request_.preview_every <= 0 || stage.name != "denoise" ||
        state_->unit % request_.preview_every != 0)
      return;
    const std::optional<at::Tensor> picture = pipeline_.preview(*state_);
    if (!picture) return;
    auto png = encode_picture(*picture, /*text=*/{});
    if (png.ok()) emit(PreviewReady{state_->unit, *std::move(png)});
  }

  // Stages of one name count together.
  void add_seconds(const std::string& name, double seconds) {
    for (StageSeconds& row : seconds_) {
      if (row.stage != name) continue;
      row.seconds += seconds;
      return;
    }
    seconds_.push_back({name, seconds});
  }

  void emit(const GenerateEvent& event) const {
    if (sink_) sink_(event);
  }

  Pipeline& pipeline_;
  Residency& residency_;
  const GenerateRequest& request_;
  const EventSink& sink_;
  const CancelToken& cancel_;
  std::unique_ptr<RequestState> state_;
  bool entered_ = false;  // the stage that the state is in
  std::vector<StageSeconds> seconds_;
};

void unload_all(Pipeline& pipeline) {
  for (Component* component : pipeline.components()) component->unload();
}

absl::Status load_missing(Pipeline& pipeline, const ComputeOptions& compute, const EventSink& sink,
                          const CancelToken& cancel) {
  std::vector<Component*> missing;
  for (Component* component : pipeline.components()) {
    if (!component->loaded()) missing.push_back(component);
  }
  const auto units = static_cast<int64_t>(missing.size());
  if (sink && units > 0) sink(StageStarted{"load", units});
  for (int64_t done = 0; done < units;) {
    EASEL_RETURN_IF_ERROR(cancel.check());
    EASEL_RETURN_IF_ERROR(missing[static_cast<size_t>(done)]->load(compute.dtype, compute.device));
    ++done;
    if (sink) sink(StageProgress{"load", done, units});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JobOutcome> run_job(Pipeline& pipeline, Residency& residency,
                                   const GenerateRequest& request, const EventSink& sink,
                                   const CancelToken& cancel) {
  JobRun run(pipeline, residency, request, sink, cancel);
  absl::StatusOr<JobOutcome> outcome = guarded([&] { return run.run(); });
  residency.end();
  if (!outcome.ok() && reason_of(outcome.status()) == Reason::kOutOfMemory) unload_all(pipeline);
  return outcome;
}

absl::Status load_components(Pipeline& pipeline, const ComputeOptions& compute,
                             const EventSink& sink, const CancelToken& cancel) {
  const absl::Status status =
      guarded([&] { return load_missing(pipeline, compute, sink, cancel); });
  if (!status.ok()) unload_all(pipeline);
  return status;
}

}  // namespace easel
