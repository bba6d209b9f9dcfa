// A planning problem with indices for names, and what a way to place the weights costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/memory/held_blocks.h"
#include "engine/memory/residency_plan.h"

namespace easel {

// A stage that runs, in the way of computing that was chosen for it.
struct PlannedStage {
  const StageDemand* demand = nullptr;
  std::vector<size_t> components;
  int64_t activation_bytes = 0;
  int64_t vae_tile = 0;
  int64_t attention_bytes = 0;
  double recompute = 1;  // times the demand's operations

  bool uses(size_t component) const;
};

// Borrows what it was made of.
struct PlanProblem {
  const std::vector<ComponentFootprint>* components = nullptr;
  std::vector<PlannedStage> stages;  // those with passes, in order
  MemoryLimits limits;

  const ComponentFootprint& component(size_t index) const { return (*components)[index]; }
  size_t size() const { return components->size(); }
  bool used(size_t component) const;
  int64_t num_passes(size_t component) const;  // over its blocks, of all stages of a request
};

// For each stage the first way that the budget holds with the least of weights: as it is, in
// chunks, in tiles; the last way where none does.
PlanProblem make_problem(const std::vector<ComponentFootprint>& components,
                         const std::vector<StageDemand>& stages, const MemoryLimits& limits);

// The budget that holds every stage in its last way with the least of weights.
int64_t smallest_budget(const std::vector<ComponentFootprint>& components,
                        const std::vector<StageDemand>& stages, const MemoryLimits& limits);

// One component in one way to place the weights.
struct Holding {
  Placement placement = Placement::kWhole;
  HeldBlocks blocks;
};

// Bytes held while `stage` runs, base and activations included.
int64_t bytes_in_stage(const PlanProblem& problem, size_t stage,
                       const std::vector<Holding>& holdings);

// A component's part of a stage's computing, and how fast its blocks come.
PassRates pass_rates(const PlanProblem& problem, const PlannedStage& stage, size_t component,
                     bool kept_by_host);

struct PlanSeconds {
  double request = 0;
  double step = 0;  // a pass of the stage with the most of them
};

// Uploading runs beside computing, block by block. Says of what streams whether it comes from the
// host's memory or from disk.
PlanSeconds cost(const PlanProblem& problem, std::vector<Holding>& holdings);

}  // namespace easel
