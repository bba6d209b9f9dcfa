// Whether and how a model fits this worker's memory, told before anything of it loads.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "easel/v1/model_service.pb.h"
#include "engine/api/engine.h"
#include "engine/api/memory_plan.h"
#include "services/worker/model_directory.h"
#include "services/worker/worker_options.h"

namespace easel {

// The engine's plan_memory in the dtype that the worker computes in, but in tests.
using PlanMemory = std::function<absl::StatusOr<MemoryPlan>(const MemoryPlanRequest&)>;

// Thread-safe. Reads a model's headers, so that gRPC's own threads are not to call it.
class ModelPlanner {
 public:
  // A null `plan`: there are no plans. The others outlive the planner.
  ModelPlanner(PlanMemory plan, const WorkerOptions& options, const Engine& engine,
               const ModelDirectory& models);

  // Adds the plan, or why there is none.
  void add_plan(const RegistryEntry& entry, v1::ModelInfo& model) const;

  // OUT_OF_MEMORY when no picture of any size would fit. What cannot be planned is let through:
  // loading it says better what is wrong.
  absl::Status check_fits(const RegistryEntry& entry) const;

 private:
  absl::StatusOr<MemoryPlan> plan(const RegistryEntry& entry) const;

  const PlanMemory plan_;
  const std::string device_;
  const std::optional<int64_t> budget_bytes_;
  const Engine& engine_;
  const ModelDirectory& models_;
};

}  // namespace easel
