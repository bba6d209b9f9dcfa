#include "engine/runtime/planned_residency.h"

#include <algorithm>
#include <utility>

#include "base/byte_size.h"
#include "base/error.h"

namespace easel {
namespace {

absl::Status does_not_fit(const ResidencyPlan& plan, const MemoryLimits& limits) {
  return make_error(
      Reason::kOutOfMemory,
      concat("this request does not fit into the memory budget of ",
             format_byte_size(limits.budget_bytes), ": it needs at least ",
             format_byte_size(plan.smallest_budget_bytes), "; ", plan.reason,
             plan.helps.empty() ? "" : concat(" What would help: ", join(plan.helps, "; "))));
}

bool all_resident(const ResidencyPlan& plan) {
  return plan.fits && std::all_of(plan.components.begin(), plan.components.end(),
                                  [](const ComponentPlan& component) {
                                    return component.placement == Placement::kResident;
                                  });
}

}  // namespace

PlannedResidency::PlannedResidency(Pipeline& pipeline, ComputeOptions compute,
                                   TransferDevice& transfer, ReadLimits read_limits)
    : pipeline_(pipeline),
      compute_(compute),
      transfer_(transfer),
      read_limits_(std::move(read_limits)) {
  for (const Component* component : pipeline_.components()) {
    footprints_.push_back(component->footprint(compute_.dtype));
  }
}

absl::Status PlannedResidency::begin(RequestState& state) {
  const std::vector<StageDemand> demands = pipeline_.demands(state);
  ResidencyPlan plan;
  do {
    limits_ = read_limits_({held_bytes(), static_cast<int64_t>(transfer_.kept_bytes())});
    plan = plan_residency(footprints_, demands, limits_);
    // Other models leave before this one has to come and go, or to be refused.
  } while (!all_resident(plan) && make_room_ && make_room_());
  if (!plan.fits) return does_not_fit(plan, limits_);
  take(std::move(plan), state);
  return absl::OkStatus();
}

// What lies otherwise than planned goes at once; what is planned comes with its stage.
void PlannedResidency::take(ResidencyPlan plan, RequestState& state) {
  plan_ = std::move(plan);
  state.limits = {plan_->vae_tile, plan_->attention_bytes};
  bool dropped = false;
  for (Component* component : pipeline_.components()) {
    const ComponentPlan* planned = plan_->find(component->name());
    const bool stays = planned != nullptr && planned->placement == Placement::kResident &&
                       component->lies_as(residency_of(*planned));
    if (stays) continue;
    dropped |= component->loaded();
    component->unload();
  }
  // What lies otherwise from here on shall not find the memory in pieces.
  if (dropped) transfer_.trim();
}

absl::Status PlannedResidency::enter(const Stage& stage, const RequestState&) {
  for (Component* component : pipeline_.components()) {
    if (!uses(stage, *component)) continue;
    EASEL_RETURN_IF_ERROR(component->stream(
        compute_.dtype, compute_.device, residency_of(*plan_->find(component->name())), transfer_));
    if (!stage.pass_per_unit) component->begin_pass(/*another_follows=*/false);
  }
  return absl::OkStatus();
}

void PlannedResidency::begin_unit(const Stage& stage, const RequestState&, bool another_follows) {
  if (!stage.pass_per_unit) return;
  for (Component* component : pipeline_.components()) {
    if (uses(stage, *component)) component->begin_pass(another_follows);
  }
}

void PlannedResidency::leave(const Stage& stage, const RequestState&) {
  for (Component* component : pipeline_.components()) {
    if (!uses(stage, *component)) continue;
    if (plan_->find(component->name())->placement == Placement::kResident) continue;
    component->unload();
  }
}

// A job that was cancelled or failed has not left its stage.
void PlannedResidency::end() {
  for (Component* component : pipeline_.components()) {
    const ComponentPlan* planned = plan_ ? plan_->find(component->name()) : nullptr;
    if (planned == nullptr || planned->placement != Placement::kResident) component->unload();
  }
}

bool PlannedResidency::relieve(RequestState& state) {
  if (!plan_) return false;
  std::vector<StageDemand> left = pipeline_.demands(state);
  left.erase(left.begin(), left.begin() + static_cast<ptrdiff_t>(state.stage));
  std::optional<ResidencyPlan> plan = plan_after_out_of_memory(footprints_, left, limits_, *plan_);
  if (!plan) return false;
  // Slots and whatever else the failed unit had: all of it comes again.
  for (Component* component : pipeline_.components()) component->unload();
  transfer_.trim();
  take(*std::move(plan), state);
  return true;
}

int64_t PlannedResidency::held_bytes() const {
  int64_t bytes = 0;
  for (const Component* component : pipeline_.components()) {
    bytes += component->loaded_bytes() + component->mapped_bytes();
  }
  return bytes;
}

}  // namespace easel
