// A plan in words for people.
#pragma once

#include <string>
#include <vector>

#include "engine/memory/plan_problem.h"
#include "engine/memory/residency_plan.h"

namespace easel {

// Why the weights lie as they do: a sentence a matter.
std::string explain_plan(const PlanProblem& problem, const ResidencyPlan& plan);

// What else would make it faster: nothing when all is in place.
std::vector<std::string> what_helps(const PlanProblem& problem, const ResidencyPlan& plan);

// Which stage does not fit, with its parts.
std::string explain_misfit(const PlanProblem& problem, int64_t smallest_budget_bytes);
std::vector<std::string> what_helps_misfit(const PlanProblem& problem,
                                           int64_t smallest_budget_bytes);

// A budget as it is typed, never less than `bytes`: "4GiB", "1893MiB".
std::string as_budget(int64_t bytes);

}  // namespace easel
