// What `easel plan` says.
#pragma once

#include <string>

#include "engine/api/memory_plan.h"

namespace easel {

// A table with a line a component, then peak, seconds, why, and what would help.
std::string plan_text(const MemoryPlan& plan);

// {"fits", "peak_bytes", "seconds_per_step", "smallest_budget_bytes", "components": [{"name",
// "placement", "format", "resident_blocks", "blocks", "bytes"}], "reason"} on one line. Scripts
// rely on these keys: add none, rename none.
std::string plan_json(const MemoryPlan& plan);

}  // namespace easel
