#include "engine/runtime/residency.h"

#include <algorithm>

namespace easel {

bool uses(const Stage& stage, const Component& component) {
  return std::find(stage.components.begin(), stage.components.end(), component.name()) !=
         stage.components.end();
}

bool needed_later(const Pipeline& pipeline, const RequestState& state, const Component& component) {
  const auto& stages = pipeline.stages();
  return std::any_of(
      stages.begin() + static_cast<ptrdiff_t>(state.stage) + 1, stages.end(),
      [&](const Stage& later) { return uses(later, component) && later.num_units(state) > 0; });
}

}  // namespace easel
