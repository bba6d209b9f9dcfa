#include "engine/memory/plan_problem.h"

#include <algorithm>
#include <numeric>

namespace easel {
namespace {

std::vector<size_t> indices_of(const StageDemand& stage,
                               const std::vector<ComponentFootprint>& components) {
  std::vector<size_t> indices;
  for (size_t i = 0; i < components.size(); ++i) {
    const auto& names = stage.components;
    if (std::find(names.begin(), names.end(), components[i].name) != names.end())
      indices.push_back(i);
  }
  return indices;
}

// Every way to compute a stage, from the one that needs most.
std::vector<PlannedStage> ways_of(const StageDemand& demand,
                                  const std::vector<ComponentFootprint>& components) {
  PlannedStage way{&demand,        indices_of(demand, components), demand.activation_bytes,
                   /*vae_tile=*/0, /*attention_bytes=*/0,          /*recompute=*/1};
  std::vector<PlannedStage> ways = {way};
  for (const StageDemand::Chunked& chunked : demand.chunked) {
    way.activation_bytes = chunked.activation_bytes;
    way.attention_bytes = chunked.attention_bytes;
    ways.push_back(way);
  }
  for (const StageDemand::Tiled& tiled : demand.tiled) {
    way.activation_bytes = tiled.activation_bytes;
    way.vae_tile = tiled.vae_tile;
    way.recompute = tiled.recompute;
    ways.push_back(way);
  }
  return ways;
}

int64_t least_in_stage(const PlannedStage& stage, const std::vector<ComponentFootprint>& components,
                       const MemoryLimits& limits) {
  int64_t bytes = limits.base_bytes + stage.activation_bytes;
  for (const size_t component : stage.components) bytes += least_bytes(components[component]);
  return bytes;
}

// Of a pass with all weights in place; 0 where nothing is known.
double compute_seconds(const PlanProblem& problem, const PlannedStage& stage) {
  const StageDemand& demand = *stage.demand;
  const bool measured = demand.seconds_per_pass > 0 || problem.limits.flops_per_second <= 0;
  return stage.recompute * (measured ? demand.seconds_per_pass
                                     : demand.flops_per_pass / problem.limits.flops_per_second);
}

// What of each component the host's memory keeps.
struct KeptByHost {
  std::vector<bool> passes;    // all that streams in every pass
  std::vector<int64_t> bytes;  // of it, and of what only comes once a request
};

// Components by a score, highest first.
std::vector<size_t> order_by(const std::vector<double>& scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  return order;
}

// What streams in several passes comes first; a part of it would not help, as each pass drops what
// the next one begins with. Then what a request waits for longest when it comes from disk.
KeptByHost keep_by_host(const PlanProblem& problem, const std::vector<Holding>& holdings) {
  std::vector<double> again(problem.size(), 0);  // bytes that come more than once a request
  std::vector<double> waiting(problem.size(), 0);
  for (const PlannedStage& stage : problem.stages) {
    for (const size_t i : stage.components) {
      again[i] += static_cast<double>(stage.demand->passes - 1) *
                  static_cast<double>(holdings[i].blocks.streamed_bytes);
      waiting[i] = static_cast<double>(problem.component(i).total_bytes()) /
                       problem.limits.disk_bytes_per_second -
                   compute_seconds(problem, stage);
    }
  }
  KeptByHost kept{std::vector<bool>(problem.size(), false),
                  std::vector<int64_t>(problem.size(), 0)};
  int64_t left = problem.limits.host_bytes;
  for (const size_t i : order_by(again)) {
    const int64_t streamed = holdings[i].blocks.streamed_bytes;
    if (again[i] == 0 || streamed > left) continue;
    kept.bytes[i] = streamed;
    left -= streamed;
  }
  for (const size_t i : order_by(waiting)) {
    if (holdings[i].placement == Placement::kResident) continue;
    const int64_t rest = std::min(left, problem.component(i).total_bytes() - kept.bytes[i]);
    kept.bytes[i] += rest;
    left -= rest;
  }
  for (size_t i = 0; i < kept.bytes.size(); ++i)
    kept.passes[i] = kept.bytes[i] >= holdings[i].blocks.streamed_bytes;
  return kept;
}

double seconds_to_bring(const MemoryLimits& limits, int64_t bytes, int64_t kept) {
  const int64_t from_host = std::min(bytes, kept);
  return static_cast<double>(from_host) / limits.upload_bytes_per_second +
         static_cast<double>(bytes - from_host) / limits.disk_bytes_per_second;
}

}  // namespace

bool PlannedStage::uses(size_t component) const {
  return std::find(components.begin(), components.end(), component) != components.end();
}

bool PlanProblem::used(size_t component) const {
  return std::any_of(stages.begin(), stages.end(),
                     [&](const PlannedStage& stage) { return stage.uses(component); });
}

int64_t PlanProblem::num_passes(size_t component) const {
  int64_t passes = 0;
  for (const PlannedStage& stage : stages) {
    if (stage.uses(component)) passes += stage.demand->passes;
  }
  return passes;
}

PlanProblem make_problem(const std::vector<ComponentFootprint>& components,
                         const std::vector<StageDemand>& stages, const MemoryLimits& limits) {
  PlanProblem problem{&components, {}, limits};
  for (const StageDemand& demand : stages) {
    if (demand.passes <= 0) continue;
    const std::vector<PlannedStage> ways = ways_of(demand, components);
    const auto first = std::find_if(ways.begin(), ways.end(), [&](const PlannedStage& way) {
      return least_in_stage(way, components, limits) <= limits.budget_bytes;
    });
    problem.stages.push_back(first == ways.end() ? ways.back() : *first);
  }
  return problem;
}

int64_t smallest_budget(const std::vector<ComponentFootprint>& components,
                        const std::vector<StageDemand>& stages, const MemoryLimits& limits) {
  int64_t smallest = limits.base_bytes;
  for (const StageDemand& demand : stages) {
    if (demand.passes <= 0) continue;
    int64_t least = INT64_MAX;
    for (const PlannedStage& way : ways_of(demand, components))
      least = std::min(least, least_in_stage(way, components, limits));
    smallest = std::max(smallest, least);
  }
  return smallest;
}

int64_t bytes_in_stage(const PlanProblem& problem, size_t stage,
                       const std::vector<Holding>& holdings) {
  const PlannedStage& planned = problem.stages[stage];
  int64_t bytes = problem.limits.base_bytes + planned.activation_bytes;
  for (size_t i = 0; i < holdings.size(); ++i) {
    if (holdings[i].placement == Placement::kResident || planned.uses(i))
      bytes += holdings[i].blocks.bytes;
  }
  return bytes;
}

PassRates pass_rates(const PlanProblem& problem, const PlannedStage& stage, size_t component,
                     bool kept_by_host) {
  int64_t total = 0;
  for (const size_t i : stage.components) total += problem.component(i).total_bytes();
  const double share = static_cast<double>(problem.component(component).total_bytes()) /
                       static_cast<double>(std::max<int64_t>(total, 1));
  return {compute_seconds(problem, stage) * share, kept_by_host
                                                       ? problem.limits.upload_bytes_per_second
                                                       : problem.limits.disk_bytes_per_second};
}

PlanSeconds cost(const PlanProblem& problem, std::vector<Holding>& holdings) {
  const KeptByHost kept = keep_by_host(problem, holdings);
  PlanSeconds result;
  int64_t most_passes = 0;
  const PlannedStage* before = nullptr;
  for (const PlannedStage& stage : problem.stages) {
    double bringing = 0;  // what the first pass needs
    double pass = 0;      // each further one
    for (const size_t i : stage.components) {
      const Holding& holding = holdings[i];
      const ComponentFootprint& component = problem.component(i);
      pass +=
          steady_seconds(component, holding.blocks, pass_rates(problem, stage, i, kept.passes[i]));
      if (holding.placement == Placement::kResident) continue;
      const bool there = before != nullptr && before->uses(i);
      const int64_t bytes = there ? holding.blocks.streamed_bytes : component.total_bytes();
      bringing += seconds_to_bring(problem.limits, bytes, kept.bytes[i]);
    }
    const int64_t passes = stage.demand->passes;
    result.request += std::max(compute_seconds(problem, stage), bringing) +
                      static_cast<double>(passes - 1) * pass;
    if (passes > most_passes) {
      most_passes = passes;
      result.step = pass;
    }
    before = &stage;
  }
  for (size_t i = 0; i < holdings.size(); ++i) {
    if (holdings[i].blocks.streamed_bytes > 0)
      holdings[i].placement = kept.passes[i] ? Placement::kStreamHost : Placement::kStreamDisk;
  }
  return result;
}

}  // namespace easel
