#include "engine/api/memory_plan.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "engine/api/copy_speeds.h"
#include "engine/memory/memory_preset.h"
#include "engine/memory/plan_problem.h"
#include "engine/memory/published/published_models.h"
#include "engine/memory/residency_plan.h"
#include "engine/memory/whole_plan.h"
#include "engine/runtime/device_facts.h"
#include "engine/runtime/guarded.h"
#include "engine/runtime/memory_limits.h"
#include "engine/runtime/model_sizes.h"

namespace easel {
namespace {

constexpr int64_t kSideSearchStep = 64;

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
  if (!request.measures_speeds) assume_job_speeds(limits);
  limits.disk_bytes_per_second = given.disk_bytes_per_second.value_or(limits.disk_bytes_per_second);
  if (given.upload_bytes_per_second) {
    limits.upload_bytes_per_second = *given.upload_bytes_per_second;
  } else if (request.measures_speeds) {
    EASEL_ASSIGN_OR_RETURN(limits.upload_bytes_per_second, measured_upload(device));
  }
  plan.assumed = describe_limits(limits, device, given);
  return limits;
}

void choose_budget(const MemoryPlanRequest& request, const DeviceFacts& device,
                   const MemoryPreset& preset, MemoryPlan& plan) {
  const int64_t own = request.all_in_place ? device.total_bytes : preset.budget_bytes;
  plan.budget_bytes = request.memory_budget_bytes.value_or(own);
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

ResidencyPlan plan_request(const MemoryPlanRequest& request, const ModelSizes& model,
                           const RequestSizes& sizes, const MemoryLimits& limits) {
  return request.all_in_place ? plan_in_place(model.components(), sizes.demands, limits)
                              : plan_residency(model.components(), sizes.demands, limits);
}

bool fits(const MemoryPlanRequest& request, const ModelSizes& model, const RequestSizes& sizes,
          const MemoryLimits& limits) {
  const int64_t least = request.all_in_place
                            ? bytes_in_place(model.components(), sizes.demands, limits)
                            : smallest_budget(model.components(), sizes.demands, limits);
  return least <= limits.budget_bytes;
}

// What a larger picture takes is more: the border is found by halves.
int64_t largest_side(const MemoryPlanRequest& request, ModelSizes& model,
                     const MemoryLimits& limits) {
  int64_t low = 0;  // fits, in steps
  int64_t high = request.largest_side_up_to / kSideSearchStep;
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    const int64_t side = middle * kSideSearchStep;
    const absl::StatusOr<RequestSizes> sizes = model.at(side, side);
    if (sizes.ok() && fits(request, model, *sizes, limits)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low * kSideSearchStep;
}

absl::StatusOr<MemoryPlan> plan_unguarded(const MemoryPlanRequest& request) {
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
  choose_budget(request, device, preset, plan);
  EASEL_ASSIGN_OR_RETURN(const auto model, open_model_sizes(request, device, side));
  EASEL_ASSIGN_OR_RETURN(const RequestSizes sizes, model->at(request.width, request.height));
  plan.title = model->title();
  plan.width = sizes.width;
  plan.height = sizes.height;
  plan.steps = sizes.steps;
  EASEL_ASSIGN_OR_RETURN(const MemoryLimits limits, find_limits(request, device, plan));
  describe(plan_request(request, *model, sizes, limits), model->components(), plan);
  plan.largest_side = largest_side(request, *model, limits);
  return plan;
}

}  // namespace

std::vector<std::string> published_model_names() {
  std::vector<std::string> names;
  for (const PublishedModel& model : published_models()) names.push_back(model.name);
  return names;
}

absl::StatusOr<MemoryPlan> plan_memory(const MemoryPlanRequest& request) {
  return guarded([&] { return plan_unguarded(request); });
}

}  // namespace easel
