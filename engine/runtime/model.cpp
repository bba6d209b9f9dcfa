#include "engine/api/model.h"

#include <chrono>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/process_memory.h"
#include "engine/api/device_monitor.h"
#include "engine/families/registry.h"
#include "engine/memory/counting_allocator.h"
#include "engine/runtime/compute_choice.h"
#include "engine/runtime/compute_warm_up.h"
#include "engine/runtime/gpu_memory.h"
#include "engine/runtime/guarded.h"
#include "engine/runtime/job_runner.h"
#include "engine/runtime/memory_limits.h"
#include "engine/runtime/picture.h"
#include "engine/runtime/planned_residency.h"
#include "engine/runtime/whole_residency.h"

namespace easel {
namespace {

// A model that is open: one pipeline, one job at a time.
class PipelineModel : public Model {
 public:
  PipelineModel(std::string name, std::unique_ptr<Pipeline> pipeline, ComputeOptions compute,
                std::unique_ptr<DeviceMonitor> monitor, std::unique_ptr<TransferDevice> transfer,
                std::unique_ptr<Residency> residency, std::optional<int64_t> budget_bytes)
      : name_(std::move(name)),
        compute_(compute),
        budget_bytes_(budget_bytes),
        monitor_(std::move(monitor)),
        transfer_(std::move(transfer)),
        pipeline_(std::move(pipeline)),
        residency_(std::move(residency)) {}

  absl::StatusOr<GenerateResult> generate(const GenerateRequest& request, const EventSink& sink,
                                          const CancelToken& cancel) override {
    const std::lock_guard lock(mutex_);
    JobMemory memory;
    memory.before = monitor_->read().used;
    EASEL_ASSIGN_OR_RETURN(JobOutcome outcome,
                           run_job(*pipeline_, *residency_, request, sink, cancel));
    GenerateResult result;
    EASEL_ASSIGN_OR_RETURN(result.pngs, guarded([&] { return encode_pictures(request, outcome); }));
    result.tensors = std::move(outcome.tensors);
    result.warnings = std::move(outcome.warnings);
    result.seconds = std::move(outcome.seconds);
    result.seed = outcome.result.seed;
    result.width = outcome.result.width;
    result.height = outcome.result.height;
    result.steps = outcome.result.steps;
    result.guidance = outcome.result.guidance;
    result.sampler = outcome.result.sampler;
    result.family = pipeline_->family();
    result.variant = pipeline_->variant();
    result.dtype = dtype_label(compute_.dtype);
    result.device = compute_.device.str();
    result.memory = after_job(std::move(memory));
    return result;
  }

  absl::Status load(const EventSink& sink, const CancelToken& cancel) override {
    const std::lock_guard lock(mutex_);
    if (transfer_ != nullptr) return absl::OkStatus();
    return load_components(*pipeline_, compute_, sink, cancel);
  }

  void set_make_room(MakeRoom make_room) override {
    residency_->set_make_room(std::move(make_room));
  }

  int64_t loaded_bytes() const override {
    const std::lock_guard lock(mutex_);
    int64_t bytes = 0;
    for (const Component* component : pipeline_->components()) {
      bytes += component->loaded_bytes() + component->mapped_bytes();
    }
    return bytes;
  }

 private:
  JobMemory after_job(JobMemory memory) const {
    const DeviceMemory now = monitor_->read();
    memory.peak = now.peak;
    memory.after = now.used;
    memory.budget_bytes = budget_bytes_;
    if (const ResidencyPlan* plan = residency_->plan())
      memory.planned_peak_bytes = plan->peak_bytes;
    return memory;
  }

  // Its time is the stage "png".
  absl::StatusOr<std::vector<std::string>> encode_pictures(const GenerateRequest& request,
                                                           JobOutcome& outcome) const {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::string> pngs;
    for (int64_t i = 0; i < outcome.result.images.size(0); ++i) {
      const auto text =
          describe_picture(request, outcome.result, name_, dtype_label(compute_.dtype), i);
      EASEL_ASSIGN_OR_RETURN(std::string png, encode_picture(outcome.result.images[i], text));
      pngs.push_back(std::move(png));
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    outcome.seconds.push_back({"png", seconds.count()});
    return pngs;
  }

  const std::string name_;
  mutable std::mutex mutex_;  // held for the length of a job
  const ComputeOptions compute_;
  const std::optional<int64_t> budget_bytes_;
  const std::unique_ptr<DeviceMonitor> monitor_;
  const std::unique_ptr<TransferDevice> transfer_;  // where there is a memory budget
  const std::unique_ptr<Pipeline> pipeline_;        // its weights lie in transfer_'s memory
  const std::unique_ptr<Residency> residency_;
};

std::string model_name(const std::filesystem::path& path) {
  const std::filesystem::path clean = std::filesystem::absolute(path).lexically_normal();
  return (clean.has_filename() ? clean : clean.parent_path()).filename().string();
}

}  // namespace

absl::StatusOr<ComputeDtype> parse_compute_dtype(std::string_view name) {
  if (name == "auto") return ComputeDtype::kAuto;
  if (name == "fp32") return ComputeDtype::kFp32;
  if (name == "bf16") return ComputeDtype::kBf16;
  if (name == "fp16") return ComputeDtype::kFp16;
  return invalid_field("dtype '", name, "' is unknown: allowed are auto, fp32, bf16 and fp16");
}

absl::StatusOr<std::unique_ptr<Model>> open_model(const ModelOptions& options) {
  EASEL_ASSIGN_OR_RETURN(const ModelFolder folder,
                         ModelFolder::open(options.path, options.components));
  EASEL_ASSIGN_OR_RETURN(const Family* family, find_family(folder));
  ComputeOptions compute;
  EASEL_ASSIGN_OR_RETURN(compute.device, choose_device(options.device));
  EASEL_ASSIGN_OR_RETURN(auto monitor, make_device_monitor(compute.device.str()));
  count_cpu_tensors();
  if (options.memory_budget_bytes && !compute.device.is_cpu()) {
    EASEL_RETURN_IF_ERROR(cap_allocator(*options.memory_budget_bytes, compute.device));
  }
  EASEL_ASSIGN_OR_RETURN(const auto main, folder.checkpoint(family->main_component));
  compute.dtype = choose_dtype(options.dtype, *main, compute.device);
  EASEL_ASSIGN_OR_RETURN(std::unique_ptr<Pipeline> pipeline, family->open(folder, compute));
  std::unique_ptr<TransferDevice> transfer;
  std::unique_ptr<Residency> residency;
  if (options.memory_budget_bytes) {
    if (compute.device.is_cpu()) {
      return_large_pieces_at_once();
      warm_up_compute(compute.dtype);
    }
    EASEL_ASSIGN_OR_RETURN(transfer, make_transfer_device(compute.device));
    EASEL_ASSIGN_OR_RETURN(ReadLimits limits, limits_reader(*options.memory_budget_bytes, compute));
    residency =
        std::make_unique<PlannedResidency>(*pipeline, compute, *transfer, std::move(limits));
  } else {
    residency = std::make_unique<WholeResidency>(*pipeline, compute, options.retention);
  }
  return std::make_unique<PipelineModel>(
      options.name.empty() ? model_name(options.path) : options.name, std::move(pipeline), compute,
      std::move(monitor), std::move(transfer), std::move(residency), options.memory_budget_bytes);
}

}  // namespace easel
