#include "engine/memory/plan_words.h"

#include <algorithm>
#include <string_view>

#include "base/byte_size.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kGiB = int64_t{1} << 30;

std::vector<std::string> names_of(const ResidencyPlan& plan, Placement placement) {
  std::vector<std::string> names;
  for (const ComponentPlan& component : plan.components) {
    if (component.placement == placement) names.push_back(component.name);
  }
  return names;
}

std::string stage_names(const PlanProblem& problem, const std::string& component) {
  std::vector<std::string> names;
  for (const PlannedStage& stage : problem.stages) {
    for (const size_t i : stage.components) {
      const bool known = std::find(names.begin(), names.end(), stage.demand->name) != names.end();
      if (problem.component(i).name == component && !known) names.push_back(stage.demand->name);
    }
  }
  return join(names, " and ");
}

std::string blocks_sentence(const PlanProblem& problem, size_t index,
                            const ComponentPlan& component) {
  const ComponentFootprint& footprint = problem.component(index);
  int64_t streamed = 0;
  for (size_t i = 0; i < footprint.block_bytes.size(); ++i) {
    if (!component.resident_blocks[i]) streamed += footprint.block_bytes[i];
  }
  const std::string_view from =
      component.placement == Placement::kStreamDisk ? "disk" : "host memory";
  if (problem.num_passes(index) == 1) {
    return concat(component.name, " passes through, a block at a time (",
                  format_byte_size(streamed), " from ", from, "): each is used once a request. ");
  }
  return concat(component.name, " streams: it keeps ", component.num_resident(), " of its ",
                footprint.block_bytes.size(), " blocks in place, the others (",
                format_byte_size(streamed), ") come from ", from, " in every pass. ");
}

// The stage that needs most with the least of weights.
const PlannedStage& tightest_stage(const PlanProblem& problem) {
  const auto need = [&](const PlannedStage& stage) {
    int64_t bytes = stage.activation_bytes;
    for (const size_t i : stage.components) bytes += least_bytes(problem.component(i));
    return bytes;
  };
  return *std::max_element(
      problem.stages.begin(), problem.stages.end(),
      [&](const PlannedStage& a, const PlannedStage& b) { return need(a) < need(b); });
}

int64_t weights_of(const PlanProblem& problem, const PlannedStage& stage) {
  int64_t bytes = 0;
  for (const size_t i : stage.components) bytes += problem.component(i).total_bytes();
  return bytes;
}

std::string joined_components(const PlanProblem& problem, const PlannedStage& stage) {
  std::vector<std::string> names;
  for (const size_t i : stage.components) names.push_back(problem.component(i).name);
  return join(names, " and ");
}

// The stage with most passes over weights that stream; null where none passes more than once.
const PlannedStage* streaming_stage(const PlanProblem& problem, const ResidencyPlan& plan) {
  const PlannedStage* most = nullptr;
  for (const PlannedStage& stage : problem.stages) {
    const bool streams = std::any_of(stage.components.begin(), stage.components.end(),
                                     [&](size_t i) { return plan.components[i].streams(); });
    if (!streams || stage.demand->passes <= 1) continue;
    if (most == nullptr || stage.demand->passes > most->demand->passes) most = &stage;
  }
  return most;
}

}  // namespace

std::string as_budget(int64_t bytes) {
  if (bytes % kGiB == 0 && bytes > 0) return concat(bytes / kGiB, "GiB");
  return concat((bytes + kMiB - 1) / kMiB, "MiB");
}

std::string explain_plan(const PlanProblem& problem, const ResidencyPlan& plan) {
  std::string text;
  const std::vector<std::string> whole = names_of(plan, Placement::kWhole);
  for (const std::string& name : whole) {
    const std::string stages = stage_names(problem, name);
    text += stages.empty() ? concat(name, " is not needed. ")
                           : concat(name, " is there only while ", stages, " runs. ");
  }
  for (size_t i = 0; i < plan.components.size(); ++i) {
    if (plan.components[i].streams()) text += blocks_sentence(problem, i, plan.components[i]);
  }
  if (text.empty()) return "Everything fits and stays in place between requests.";
  if (plan.vae_tile > 0)
    text += concat("Pictures pass the autoencoder in tiles of ", plan.vae_tile, " latent pixels. ");
  if (plan.attention_bytes > 0) {
    text +=
        concat("Attention is computed in chunks of ", format_byte_size(plan.attention_bytes), ". ");
  }
  text.pop_back();
  return text;
}

std::vector<std::string> what_helps(const PlanProblem& problem, const ResidencyPlan& plan) {
  std::vector<std::string> helps;
  const PlannedStage* stage = streaming_stage(problem, plan);
  if (stage == nullptr) return helps;
  const std::string names = joined_components(problem, *stage);
  helps.push_back(concat(
      "--memory-budget ",
      as_budget(problem.limits.base_bytes + stage->activation_bytes + weights_of(problem, *stage)),
      " keeps all of ", names, " in place"));
  for (const size_t i : stage->components) {
    if (plan.components[i].placement != Placement::kStreamDisk) continue;
    helps.push_back(concat(format_byte_size(problem.component(i).total_bytes()),
                           " of free host memory keep ", problem.component(i).name,
                           " from being read from disk in every pass"));
  }
  helps.push_back(concat("a format of 8 bits would halve what streams of ", names));
  return helps;
}

std::string explain_misfit(const PlanProblem& problem, int64_t smallest_budget_bytes) {
  if (problem.stages.empty()) {
    return concat("It does not fit: before anything loads, ",
                  format_byte_size(problem.limits.base_bytes), " are taken.");
  }
  const PlannedStage& stage = tightest_stage(problem);
  int64_t weights = 0;
  for (const size_t i : stage.components) weights += least_bytes(problem.component(i));
  std::string text = concat(
      "It does not fit: ", stage.demand->name, " needs ", format_byte_size(smallest_budget_bytes),
      " at least: ", format_byte_size(weights), " of weights (", joined_components(problem, stage),
      ") and ", format_byte_size(stage.activation_bytes), " to compute with");
  if (problem.limits.base_bytes > 0)
    text += concat(", and ", format_byte_size(problem.limits.base_bytes), " are taken before");
  return text + ".";
}

std::vector<std::string> what_helps_misfit(const PlanProblem& problem,
                                           int64_t smallest_budget_bytes) {
  std::vector<std::string> helps = {
      concat("--memory-budget ", as_budget(smallest_budget_bytes), " is the least that does")};
  if (problem.stages.empty()) return helps;
  const PlannedStage& stage = tightest_stage(problem);
  if (stage.activation_bytes > 0) {
    helps.push_back(concat("a smaller size, or fewer pictures at once: ", stage.demand->name,
                           " computes with ", format_byte_size(stage.activation_bytes),
                           " beside the weights"));
  }
  int64_t weights = 0;
  for (const size_t i : stage.components) weights += least_bytes(problem.component(i));
  if (weights > 0) {
    helps.push_back(concat("a smaller format of ", joined_components(problem, stage), ": ",
                           format_byte_size(weights), " of it is the least that can be there"));
  }
  return helps;
}

}  // namespace easel
