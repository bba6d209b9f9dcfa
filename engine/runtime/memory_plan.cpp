#include "engine/api/memory_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "engine/api/copy_speeds.h"
#include "engine/families/registry.h"
#include "engine/memory/memory_preset.h"
#include "engine/memory/published/published_models.h"
#include "engine/memory/residency_plan.h"
#include "engine/nn/dtype_map.h"
#include "engine/runtime/compute_choice.h"
#include "engine/runtime/device_facts.h"
#include "engine/runtime/published_demands.h"

namespace easel {
namespace {

constexpr int64_t kLeastSide = 64;
constexpr int64_t kLargestSide = 16384;
constexpr int64_t kSideStep = 16;

absl::Status check_side(std::string_view name, std::optional<int64_t> side) {
  if (!side || (*side >= kLeastSide && *side <= kLargestSide && *side % kSideStep == 0))
    return absl::OkStatus();
  return invalid_field(name, " must be a multiple of ", kSideStep, " from ", kLeastSide, " to ",
                       kLargestSide, ", not ", *side);
}

// A model as the plan sees it.
struct Sized {
  std::string title;
  int64_t width = 0, height = 0, steps = 0;
  std::vector<ComponentFootprint> components;
  std::vector<StageDemand> demands;
};

absl::StatusOr<Sized> size_published(const MemoryPlanRequest& request, const DeviceFacts& device,
                                     int64_t default_side) {
  const PublishedModel* model = find_published_model(request.published);
  if (model == nullptr) {
    return invalid_field("no published model has the name '", request.published, "': there are ",
                         join(published_model_names(), ", "));
  }
  EASEL_RETURN_IF_ERROR(check_side("width", request.width));
  EASEL_RETURN_IF_ERROR(check_side("height", request.height));
  const at::ScalarType dtype = published_dtype(request.dtype);
  Sized sized;
  sized.title = model->title;
  sized.width = request.width.value_or(default_side);
  sized.height = request.height.value_or(default_side);
  sized.steps = request.steps.value_or(published_steps(model->name));
  sized.components = model->components(dtype_label(dtype));
  sized.demands =
      published_demands(model->name, {.width = sized.width,
                                      .height = sized.height,
                                      .num_images = request.num_images,
                                      .steps = sized.steps,
                                      .dtype_size = static_cast<int64_t>(c10::elementSize(dtype)),
                                      .device_is_host = device.is_host});
  return sized;
}

absl::StatusOr<Sized> size_folder(const MemoryPlanRequest& request, const DeviceFacts& device) {
  EASEL_ASSIGN_OR_RETURN(const ModelFolder folder,
                         ModelFolder::open(request.path, request.components));
  EASEL_ASSIGN_OR_RETURN(const Family* family, find_family(folder));
  EASEL_ASSIGN_OR_RETURN(const auto main, folder.checkpoint(family->main_component));
  ComputeOptions compute;
  compute.device = device.planned_for;  // nothing is put there
  compute.dtype = choose_dtype(request.dtype, *main, compute.device);
  EASEL_ASSIGN_OR_RETURN(const std::unique_ptr<Pipeline> pipeline, family->open(folder, compute));
  GenerateRequest generate;
  generate.width = request.width;
  generate.height = request.height;
  generate.steps = request.steps;
  generate.num_images = request.num_images;
  generate.seed = 0;
  EASEL_ASSIGN_OR_RETURN(const auto state, pipeline->begin(generate));
  Sized sized;
  sized.title = std::filesystem::absolute(request.path).lexically_normal().string();
  sized.demands = pipeline->demands(*state);
  for (const Component* component : pipeline->components())
    sized.components.push_back(component->footprint(compute.dtype));
  for (const StageDemand& demand : sized.demands)
    sized.steps = std::max(sized.steps, demand.passes);
  sized.width = request.width.value_or(0);
  sized.height = request.height.value_or(0);
  return sized;
}

absl::StatusOr<MemoryLimits> find_limits(const MemoryPlanRequest& request,
                                         const DeviceFacts& device, MemoryPlan& plan) {
  const MemoryAssumptions& given = request.assumptions;
  MemoryLimits limits;
  limits.device_is_host = device.is_host;
  limits.budget_bytes = plan.budget_bytes;
  limits.base_bytes = given.base_bytes.value_or(device.base_bytes);
  limits.host_bytes = given.host_bytes.value_or(
      device.is_host ? std::max<int64_t>(device.free_host_bytes - plan.budget_bytes, 0)
                     : device.free_host_bytes);
  limits.pinned_bytes = device.is_host ? 0 : limits.host_bytes / 2;
  limits.flops_per_second = given.flops_per_second.value_or(assumed_flops(device, request.dtype));
  limits.disk_bytes_per_second = given.disk_bytes_per_second.value_or(limits.disk_bytes_per_second);
  if (given.upload_bytes_per_second) {
    limits.upload_bytes_per_second = *given.upload_bytes_per_second;
  } else {
    EASEL_ASSIGN_OR_RETURN(limits.upload_bytes_per_second, measured_upload(device));
  }
  plan.assumed = describe_limits(limits, device, given);
  return limits;
}

void choose_budget(const MemoryPlanRequest& request, const MemoryPreset& preset, MemoryPlan& plan) {
  plan.budget_bytes = request.memory_budget_bytes.value_or(preset.budget_bytes);
  plan.budget_source = request.memory_budget_bytes ? "given" : preset.name;
}

void describe(const ResidencyPlan& residency, const std::vector<ComponentFootprint>& footprints,
              MemoryPlan& plan) {
  plan.fits = residency.fits;
  plan.peak_bytes = residency.peak_bytes;
  plan.seconds_per_step = residency.seconds_per_step;
  plan.seconds_per_request = residency.seconds_per_request;
  plan.smallest_budget_bytes = residency.smallest_budget_bytes;
  plan.vae_tile = residency.vae_tile;
  plan.attention_bytes = residency.attention_bytes;
  plan.reason = residency.reason;
  plan.helps = residency.helps;
  for (size_t i = 0; i < residency.components.size(); ++i) {
    const ComponentPlan& component = residency.components[i];
    plan.components.push_back({component.name, placement_name(component.placement),
                               component.format, static_cast<int64_t>(component.num_resident()),
                               static_cast<int64_t>(component.resident_blocks.size()),
                               component.bytes, footprints[i].total_bytes()});
  }
}

}  // namespace

std::vector<std::string> published_model_names() {
  std::vector<std::string> names;
  for (const PublishedModel& model : published_models()) names.push_back(model.name);
  return names;
}

absl::StatusOr<MemoryPlan> plan_memory(const MemoryPlanRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const DeviceFacts device, find_device(request.device));
  if (!request.memory_budget_bytes && device.total_bytes == 0) {
    return invalid_field("device ", device.name,
                         ": give a memory budget, the device is not on this machine");
  }
  const MemoryPreset preset =
      device.is_host ? cpu_preset(device.free_host_bytes) : gpu_preset(device.total_bytes);
  const int64_t side = device.found ? preset.side : MemoryPreset{}.side;
  MemoryPlan plan;
  plan.device = device.name;
  plan.num_images = request.num_images;
  choose_budget(request, preset, plan);
  EASEL_ASSIGN_OR_RETURN(const Sized sized, request.published.empty()
                                                ? size_folder(request, device)
                                                : size_published(request, device, side));
  plan.title = sized.title;
  plan.width = sized.width;
  plan.height = sized.height;
  plan.steps = sized.steps;
  EASEL_ASSIGN_OR_RETURN(const MemoryLimits limits, find_limits(request, device, plan));
  describe(plan_residency(sized.components, sized.demands, limits), sized.components, plan);
  return plan;
}

}  // namespace easel
