#include "engine/memory/whole_plan.h"

#include <algorithm>

#include "base/byte_size.h"
#include "base/strings.h"
#include "engine/memory/plan_words.h"

namespace easel {

int64_t bytes_in_place(const std::vector<ComponentFootprint>& components,
                       const std::vector<StageDemand>& stages, const MemoryLimits& limits) {
  int64_t weights = 0;
  for (const ComponentFootprint& component : components) weights += component.total_bytes();
  int64_t activations = 0;
  for (const StageDemand& stage : stages) {
    if (stage.passes > 0) activations = std::max(activations, stage.activation_bytes);
  }
  return limits.base_bytes + weights + activations;
}

ResidencyPlan plan_in_place(const std::vector<ComponentFootprint>& components,
                            const std::vector<StageDemand>& stages, const MemoryLimits& limits) {
  MemoryLimits enough = limits;
  enough.budget_bytes = bytes_in_place(components, stages, limits);
  ResidencyPlan plan = plan_residency(components, stages, enough);
  if (enough.budget_bytes <= limits.budget_bytes) return plan;
  plan.fits = false;
  plan.peak_bytes = enough.budget_bytes;
  plan.components.clear();
  plan.reason = concat(
      "It does not fit: no memory budget is set, so that all of it is to stay in "
      "place, which takes ",
      format_byte_size(enough.budget_bytes), "; there are ", format_byte_size(limits.budget_bytes),
      ".");
  plan.helps.clear();
  if (plan.smallest_budget_bytes <= limits.budget_bytes) {
    plan.helps.push_back(concat("a memory budget, with which weights come and go: --memory-budget ",
                                as_budget(plan.smallest_budget_bytes), " is the least that does"));
  }
  return plan;
}

}  // namespace easel
