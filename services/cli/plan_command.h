// easel plan: whether and how a model fits a memory budget, before anything of it is loaded.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/api/memory_plan.h"
#include "services/cli/console.h"
#include "services/cli/model_choice.h"

namespace easel {

// As typed.
struct PlanOptions {
  ModelChoice model;
  std::optional<std::string> width, height, steps, num_images;
  // Taken instead of what is found, measured or assumed.
  std::optional<std::string> upload_speed, disk_speed, host_memory, base_memory, compute_rate;
  bool json = false;
};

void add_plan_options(CLI::App& app, PlanOptions& options);

// INVALID_FIELD names the option; MODEL_MISSING for what is neither a model nor a published name.
absl::StatusOr<MemoryPlanRequest> make_plan_request(const PlanOptions& options);

// Prints the plan. Returns the exit code: a model that does not fit is out of memory, whose plan
// goes to `out` all the same.
int run_plan(const PlanOptions& options, const Console& console);

}  // namespace easel
