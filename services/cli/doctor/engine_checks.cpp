#include "services/cli/doctor/engine_checks.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/api/copy_speeds.h"
#include "engine/api/libtorch_facts.h"
#include "engine/api/model.h"
#include "engine/api/model_report.h"
#include "services/cli/doctor/bandwidth_check.h"
#include "services/cli/doctor/generation_check.h"
#include "services/cli/doctor/gpu_check.h"
#include "services/cli/doctor/known_models.h"
#include "services/cli/doctor/libtorch_check.h"
#include "services/cli/doctor/models_check.h"
#include "services/models/model_registry.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kDemo[] = "demo";
constexpr int64_t kSide = 128;

// The bytes of a model that is whole.
std::optional<int64_t> whole_bytes(const KnownModel& model) {
  if (!model.located.ok()) return std::nullopt;
  const absl::StatusOr<ModelReport> report = inspect_model(model.path);
  if (!report.ok() || !report->complete()) return std::nullopt;
  int64_t bytes = 0;
  for (const ComponentReport& part : report->components) bytes += part.bytes;
  return bytes;
}

absl::StatusOr<GenerateResult> draw(const KnownModel& known) {
  ModelOptions options;
  options.path = known.path;
  options.components = known.components;
  options.device = "auto";
  options.retention = Retention::kReleaseEarly;
  EASEL_ASSIGN_OR_RETURN(const std::unique_ptr<Model> model, open_model(options));
  GenerateRequest request;
  request.prompt = "a large red circle";
  request.width = request.height = kSide;
  request.steps = 1;
  request.seed = 1;
  request.record_tensors = true;
  return model->generate(request, /*sink=*/{}, CancelToken());
}

// Without a registry that can be read the demo model is still where it is.
std::vector<KnownModel> models_to_draw_with(const ModelPlaces& places) {
  const absl::StatusOr<ModelRegistry> registry = ModelRegistry::load(places);
  if (registry.ok()) return known_models(*registry, places);
  KnownModel demo;
  demo.name = kDemo;
  demo.path = places.demo;
  return {demo};
}

std::optional<SmallestModel> smallest_model(const std::vector<KnownModel>& models) {
  std::optional<SmallestModel> smallest;
  for (const KnownModel& model : models) {
    const std::optional<int64_t> bytes = whole_bytes(model);
    if (!bytes) continue;
    if (model.name == kDemo) return SmallestModel{model, *bytes};
    if (!smallest || *bytes < smallest->bytes) smallest = SmallestModel{model, *bytes};
  }
  return smallest;
}

}  // namespace

void check_libtorch(const FindingSink& sink) {
  sink(judge_libtorch(read_libtorch_facts(LookForGpus::kNo), try_libtorch("cpu")));
}

// Without a driver libtorch's CUDA part is not loaded: that takes seconds and finds nothing.
void check_gpus(const FindingSink& sink) {
  const NvidiaFacts nvidia = read_nvidia_facts();
  const LookForGpus look = nvidia.driver_version.empty() ? LookForGpus::kNo : LookForGpus::kYes;
  for (Finding& finding : judge_gpus(nvidia, read_libtorch_facts(look))) sink(std::move(finding));
}

void check_bandwidth(const FindingSink& sink) {
  sink(judge_bandwidth(measure_copy_speeds("auto")));
}

void check_models(const ModelPlaces& places, const FindingSink& sink) {
  const absl::StatusOr<ModelRegistry> registry = ModelRegistry::load(places);
  if (!registry.ok()) {
    sink(fail("models", "the registry cannot be read", to_std(registry.status().message()),
              concat("correct ", places.registry.string(), ", or move it away")));
    return;
  }
  std::error_code error;
  if (!places.models_dir.empty() && !fs::is_directory(places.models_dir, error)) {
    sink(warn("models", concat("EASEL_MODELS_DIR is ", places.models_dir.string()),
              "there is no such folder", "make it, mount its disk, or set EASEL_MODELS_DIR anew"));
  }
  for (const KnownModel& model : known_models(*registry, places)) {
    if (model.located.ok() && !model.components.empty()) {
      sink(judge_mixed_model(model, check_model_files(model.path, model.components)));
      continue;
    }
    const absl::StatusOr<ModelReport> report =
        model.located.ok() ? inspect_model(model.path) : model.located;
    sink(judge_model(model, report));
  }
}

void check_generation(const ModelPlaces& places, int64_t usable_bytes, const FindingSink& sink) {
  const std::optional<SmallestModel> model = smallest_model(models_to_draw_with(places));
  if (!model || model->bytes > usable_bytes) {
    sink(judge_undrawn(model, usable_bytes));
    return;
  }
  const auto start = std::chrono::steady_clock::now();
  const absl::StatusOr<GenerateResult> result = draw(model->model);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  sink(judge_generation(*model, result, taken.count()));
}

}  // namespace easel
