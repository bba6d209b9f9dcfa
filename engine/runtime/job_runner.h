// Takes one request through the stages of a pipeline.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/cancel_token.h"
#include "engine/api/generate.h"
#include "engine/api/model.h"
#include "engine/families/pipeline.h"
#include "engine/runtime/residency.h"

namespace easel {

// What the runner adds to a pipeline's result.
struct JobOutcome {
  PipelineResult result;
  std::vector<NamedTensor> tensors;
  std::vector<std::string> warnings;
  std::vector<StageSeconds> seconds;
};

// Lets `residency` bring what a stage needs, runs its units one by one, reports each, looks at
// `cancel` before each. A unit that runs out of memory is done again, from the same state, for as
// long as the residency finds a way that takes less.
// The one place where exceptions of torch become errors: OUT_OF_MEMORY, INFERENCE_FAILED; CANCELLED
// on request, DEADLINE; BAD_WEIGHTS when a file was cut short meanwhile. The pipeline can run the
// next job after any of them.
absl::StatusOr<JobOutcome> run_job(Pipeline& pipeline, Residency& residency,
                                   const GenerateRequest& request, const EventSink& sink,
                                   const CancelToken& cancel);

// Loads every component, as the stages of a job would; errors as run_job, after which none is
// loaded. One unit of the stage "load" is a component that was not there.
absl::Status load_components(Pipeline& pipeline, const ComputeOptions& compute,
                             const EventSink& sink, const CancelToken& cancel);

}  // namespace easel
