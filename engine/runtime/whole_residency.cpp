#include "engine/runtime/whole_residency.h"

#include "base/error.h"

namespace easel {

absl::Status WholeResidency::enter(const Stage& stage, const RequestState&) {
  for (Component* component : pipeline_.components()) {
    if (!uses(stage, *component)) continue;
    EASEL_RETURN_IF_ERROR(component->load(compute_.dtype, compute_.device));
  }
  return absl::OkStatus();
}

void WholeResidency::leave(const Stage& stage, const RequestState& state) {
  if (retention_ != Retention::kReleaseEarly) return;
  for (Component* component : pipeline_.components()) {
    if (uses(stage, *component) && !needed_later(pipeline_, state, *component)) component->unload();
  }
}

}  // namespace easel
