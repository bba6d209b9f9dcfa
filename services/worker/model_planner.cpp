#include "services/worker/model_planner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "services/worker/to_proto.h"

namespace easel {
namespace {

// Beyond this nobody asks; a registry may say less.
constexpr int64_t kLargestSide = 2048;

std::optional<int64_t> budget_of(const WorkerOptions& options) {
  if (options.memory_budget.empty()) return std::nullopt;
  const absl::StatusOr<int64_t> bytes = parse_byte_size(options.memory_budget);
  return bytes.ok() ? std::optional(*bytes) : std::nullopt;
}

int64_t largest_side(const RegistryEntry& entry) {
  int64_t side = std::min(entry.max_side.value_or(kLargestSide), kLargestSide);
  if (entry.allowed.side) {
    side = std::min(side, static_cast<int64_t>(entry.allowed.side->highest));
  }
  return side;
}

// Models that are loaded are not in the way: those of other keys leave before a job has to stream.
void assume_empty(const EngineStatus& status, MemoryPlanRequest& request) {
  if (status.device != "cpu") return;  // the plan asks the driver itself
  const MemoryUsage& used = status.memory.used;
  request.assumptions.base_bytes = used.base + used.workspace;
  request.assumptions.host_bytes = std::max<int64_t>(
      available_memory_bytes() + used.total - request.memory_budget_bytes.value_or(0), 0);
}

}  // namespace

ModelPlanner::ModelPlanner(PlanMemory plan, const WorkerOptions& options, const Engine& engine,
                           const ModelDirectory& models)
    : plan_(std::move(plan)),
      device_(options.device),
      budget_bytes_(budget_of(options)),
      engine_(engine),
      models_(models) {}

absl::StatusOr<MemoryPlan> ModelPlanner::plan(const RegistryEntry& entry) const {
  EASEL_ASSIGN_OR_RETURN(const LocatedModel located, models_.locate(entry));
  EASEL_ASSIGN_OR_RETURN(const ModelIdentity identity, models_.identify(entry));
  const EngineStatus status = engine_.status();
  MemoryPlanRequest request;
  request.path = located.path;
  request.components = located.components;
  request.device = device_;
  // A GPU's allocator knows the total only once something was opened; the plan asks the driver.
  request.memory_budget_bytes = budget_bytes_;
  if (!budget_bytes_ && status.memory.total > 0) request.memory_budget_bytes = status.memory.total;
  request.all_in_place = !budget_bytes_;
  const RecommendedParameters recommended = recommended_of(entry, &identity);
  request.width = recommended.width;
  request.height = recommended.height;
  request.steps = recommended.steps;
  request.largest_side_up_to = largest_side(entry);
  request.measures_speeds = false;
  assume_empty(status, request);
  return plan_(request);
}

void ModelPlanner::add_plan(const RegistryEntry& entry, v1::ModelInfo& model) const {
  if (plan_ == nullptr) return;
  const absl::StatusOr<MemoryPlan> plan = this->plan(entry);
  if (!plan.ok()) {
    model.set_plan_problem(std::string(to_std(plan.status().message())));
    return;
  }
  *model.mutable_plan() = to_proto(*plan);
  model.mutable_plan()->set_budget_is_set(budget_bytes_.has_value());
}

absl::Status ModelPlanner::check_fits(const RegistryEntry& entry) const {
  if (plan_ == nullptr) return absl::OkStatus();
  const absl::StatusOr<MemoryPlan> plan = this->plan(entry);
  if (!plan.ok() || plan->fits || plan->largest_side > 0) return absl::OkStatus();
  // The others speak of a smaller size.
  const std::string help = plan->helps.empty() ? "" : concat(" ", plan->helps.front());
  return make_error(Reason::kOutOfMemory,
                    concat("the model '", entry.key, "' will not fit at any size of picture. ",
                           plan->reason, help));
}

}  // namespace easel
