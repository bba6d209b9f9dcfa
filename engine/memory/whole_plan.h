// The plan of a model that is held whole: without a memory budget nothing comes and goes.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/memory/residency_plan.h"

namespace easel {

// All weights, what is taken before them, and the most that a stage computes with, neither tiled
// nor chunked.
int64_t bytes_in_place(const std::vector<ComponentFootprint>& components,
                       const std::vector<StageDemand>& stages, const MemoryLimits& limits);

// `limits.budget_bytes` is what the device has. Where that is too little, the plan says with which
// memory budget the weights could come and go, if any helps.
ResidencyPlan plan_in_place(const std::vector<ComponentFootprint>& components,
                            const std::vector<StageDemand>& stages, const MemoryLimits& limits);

}  // namespace easel
