#include "engine/memory/residency_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/memory/placement_search.h"
#include "engine/memory/plan_problem.h"
#include "engine/memory/plan_words.h"

namespace easel {
namespace {

// A plan that ran out of memory was wrong by a few percent, not by half.
constexpr int64_t kTakenBack = 10;  // a tenth of what it took

ComponentPlan describe(const ComponentFootprint& footprint, const Holding& holding) {
  ComponentPlan plan;
  plan.name = footprint.name;
  plan.format = footprint.format;
  plan.placement = holding.placement;
  plan.resident_blocks = holding.blocks.resident;
  plan.num_slots = holding.blocks.num_slots;
  plan.bytes = holding.blocks.bytes;
  return plan;
}

// Copies in pinned memory, for what streams from the host in most passes first, then for what comes
// whole with each request.
void pin(const PlanProblem& problem, const PlacedModel& placed, ResidencyPlan& plan) {
  if (problem.limits.device_is_host) return;
  int64_t left = std::min(problem.limits.pinned_bytes, problem.limits.host_bytes);
  std::vector<const PlannedStage*> stages;
  for (const PlannedStage& stage : problem.stages) stages.push_back(&stage);
  std::stable_sort(stages.begin(), stages.end(), [](const auto* a, const auto* b) {
    return a->demand->passes > b->demand->passes;
  });
  for (const PlannedStage* stage : stages) {
    for (const size_t i : stage->components) {
      ComponentPlan& component = plan.components[i];
      const int64_t wanted = placed.holdings[i].blocks.streamed_bytes;
      if (component.placement != Placement::kStreamHost || component.pinned_bytes > 0 ||
          wanted > left)
        continue;
      component.pinned_bytes = wanted;
      left -= wanted;
    }
  }
  for (size_t i = 0; i < plan.components.size(); ++i) {
    ComponentPlan& component = plan.components[i];
    const int64_t total = problem.component(i).total_bytes();
    if (component.placement != Placement::kWhole || !problem.used(i) || total > left) continue;
    component.pinned_bytes = total;
    left -= total;
  }
}

// The smallest of what the stages need, so that one value serves all of them; 0: none needs any.
int64_t least_needed(const PlanProblem& problem, int64_t PlannedStage::*what) {
  int64_t least = 0;
  for (const PlannedStage& stage : problem.stages) {
    if (stage.*what > 0 && (least == 0 || stage.*what < least)) least = stage.*what;
  }
  return least;
}

int64_t smallest_block(const std::vector<ComponentFootprint>& components,
                       const ResidencyPlan& plan) {
  int64_t smallest = 0;
  for (size_t i = 0; i < plan.components.size(); ++i) {
    const std::vector<bool>& resident = plan.components[i].resident_blocks;
    for (size_t block = 0; block < resident.size(); ++block) {
      const int64_t bytes = components[i].block_bytes[block];
      if (smallest == 0 || bytes < smallest) smallest = bytes;
    }
  }
  return smallest;
}

}  // namespace

std::string placement_name(Placement placement) {
  switch (placement) {
    case Placement::kResident:
      return "resident";
    case Placement::kWhole:
      return "whole";
    case Placement::kStreamHost:
      return "stream_host";
    case Placement::kStreamDisk:
      return "stream_disk";
  }
  return "";
}

int64_t ComponentFootprint::total_bytes() const {
  return std::accumulate(block_bytes.begin(), block_bytes.end(), shared_bytes);
}

bool ComponentPlan::streams() const {
  return placement == Placement::kStreamHost || placement == Placement::kStreamDisk;
}

size_t ComponentPlan::num_resident() const {
  return static_cast<size_t>(std::count(resident_blocks.begin(), resident_blocks.end(), true));
}

const ComponentPlan* ResidencyPlan::find(const std::string& name) const {
  const auto found =
      std::find_if(components.begin(), components.end(),
                   [&](const ComponentPlan& component) { return component.name == name; });
  return found == components.end() ? nullptr : &*found;
}

ResidencyPlan plan_residency(const std::vector<ComponentFootprint>& components,
                             const std::vector<StageDemand>& stages, const MemoryLimits& limits) {
  const PlanProblem problem = make_problem(components, stages, limits);
  ResidencyPlan plan;
  plan.smallest_budget_bytes = smallest_budget(components, stages, limits);
  std::optional<PlacedModel> placed;
  if (plan.smallest_budget_bytes <= limits.budget_bytes) placed = fastest_placement(problem);
  if (!placed) {
    plan.peak_bytes = plan.smallest_budget_bytes;
    plan.reason = explain_misfit(problem, plan.smallest_budget_bytes);
    plan.helps = what_helps_misfit(problem, plan.smallest_budget_bytes);
    return plan;
  }
  plan.fits = true;
  plan.peak_bytes = placed->peak_bytes;
  plan.seconds_per_step = placed->seconds.step;
  plan.seconds_per_request = placed->seconds.request;
  plan.vae_tile = least_needed(problem, &PlannedStage::vae_tile);
  plan.attention_bytes = least_needed(problem, &PlannedStage::attention_bytes);
  for (size_t i = 0; i < components.size(); ++i)
    plan.components.push_back(describe(components[i], placed->holdings[i]));
  pin(problem, *placed, plan);
  plan.reason = explain_plan(problem, plan);
  plan.helps = what_helps(problem, plan);
  return plan;
}

std::optional<ResidencyPlan> plan_after_out_of_memory(
    const std::vector<ComponentFootprint>& components, const std::vector<StageDemand>& stages,
    const MemoryLimits& limits, const ResidencyPlan& failed) {
  const int64_t smallest = smallest_budget(components, stages, limits);
  if (!failed.fits || failed.peak_bytes <= smallest) return std::nullopt;
  const int64_t step = std::max(failed.peak_bytes / kTakenBack, smallest_block(components, failed));
  MemoryLimits tighter = limits;
  tighter.budget_bytes = std::max(smallest, failed.peak_bytes - step);
  return plan_residency(components, stages, tighter);
}

}  // namespace easel
