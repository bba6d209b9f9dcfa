#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "engine/api/compute_threads.h"
#include "engine/api/fingerprint.h"
#include "engine/api/memory_plan.h"
#include "engine/isolation/isolated_decoder.h"
#include "services/worker/run_worker.h"

namespace easel {
namespace {

absl::StatusOr<OpenedModel> open(const LocatedModel& located, const WorkerOptions& options,
                                 ComputeDtype dtype) {
  ModelOptions model;
  model.path = located.path;
  model.components = located.components;
  model.dtype = dtype;
  model.device = options.device;
  model.name = located.name;
  if (!options.memory_budget.empty()) {
    EASEL_ASSIGN_OR_RETURN(model.memory_budget_bytes, parse_byte_size(options.memory_budget));
  }
  OpenedModel opened;
  EASEL_ASSIGN_OR_RETURN(opened.model, open_model(model));
  EASEL_ASSIGN_OR_RETURN(opened.fingerprint, fingerprint_model(located.path, located.components));
  return opened;
}

absl::StatusOr<WorkerParts> make_parts(const WorkerOptions& options) {
  EASEL_ASSIGN_OR_RETURN(const ComputeDtype dtype, parse_compute_dtype(options.dtype));
  if (options.threads > 0) set_compute_threads(static_cast<int>(options.threads));
  WorkerParts parts;
  EASEL_ASSIGN_OR_RETURN(parts.monitor, make_device_monitor(options.device));
  parts.open = [options, dtype](const LocatedModel& located) {
    return open(located, options, dtype);
  };
  parts.plan = [dtype](MemoryPlanRequest request) {
    request.dtype = dtype;
    return plan_memory(request);
  };
  IsolatedDecoderOptions decoder;
  decoder.program = options.picture_decoder;
  decoder.max_pixels = options.max_upload_megapixels << 20;
  decoder.max_bytes = static_cast<size_t>(options.max_upload_mib) << 20;
  decoder.max_at_once = 1;  // jobs run one at a time
  EASEL_ASSIGN_OR_RETURN(const auto pictures, IsolatedDecoder::create(std::move(decoder)));
  EASEL_RETURN_IF_ERROR(pictures->try_out());
  parts.pictures = pictures;
  parts.probe.identify = [](const LocatedModel& located) { return identify_model(located.path); };
  parts.probe.check_files = [](const LocatedModel& located) {
    return check_model_files(located.path, located.components);
  };
  return parts;
}

}  // namespace
}  // namespace easel

int main(int argc, char** argv) { return easel::run_worker(argc, argv, easel::make_parts); }
