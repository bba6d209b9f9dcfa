// Tries every way to place the components of a planning problem.
#pragma once

#include <optional>
#include <vector>

#include "engine/memory/plan_problem.h"

namespace easel {

struct PlacedModel {
  std::vector<Holding> holdings;  // a component each
  int64_t peak_bytes = 0;
  PlanSeconds seconds;
};

// The fastest way within the budget; of equally fast ones the one that keeps most between requests.
// None when not even the least of every component fits.
std::optional<PlacedModel> fastest_placement(const PlanProblem& problem);

}  // namespace easel
