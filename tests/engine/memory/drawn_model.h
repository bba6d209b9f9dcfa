// Models, sizes and budgets drawn at random, and what a plan for them holds and takes, worked out
// here from its description alone.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/memory/block_streamer.h"
#include "engine/memory/pass_seconds.h"
#include "engine/memory/residency_plan.h"

namespace easel {

// Draws of a test: 100, and 1,000 with EASEL_SOAK set.
inline int num_draws() { return std::getenv("EASEL_SOAK") != nullptr ? 1000 : 100; }

struct DrawnModel {
  std::vector<ComponentFootprint> components;
  std::vector<StageDemand> stages;
  MemoryLimits limits;

  int64_t total_bytes() const {
    int64_t bytes = 0;
    for (const ComponentFootprint& component : components) bytes += component.total_bytes();
    return bytes;
  }
  const ComponentFootprint& component(const std::string& name) const {
    return *std::find_if(components.begin(), components.end(),
                         [&](const auto& component) { return component.name == name; });
  }
  ResidencyPlan plan(int64_t budget) {
    limits.budget_bytes = budget;
    return plan_residency(components, stages, limits);
  }
};

// Encoders with a pass each, a denoiser with many, an autoencoder in one piece.
class ModelDraw {
 public:
  explicit ModelDraw(unsigned seed) : random_(seed) {}

  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  bool coin() { return between(0, 1) == 1; }

  DrawnModel draw(int64_t max_encoder_blocks, int64_t max_blocks) {
    DrawnModel model;
    const int64_t encoders = between(1, 2);
    for (int64_t i = 0; i < encoders; ++i) {
      model.components.push_back(component("encoder" + std::to_string(i), max_encoder_blocks));
    }
    model.components.push_back(component("denoiser", max_blocks));
    model.components.push_back({"vae", "bf16", between(1, 300), {}});
    const bool together = coin();
    for (int64_t i = 0; i < encoders; ++i) {
      const std::string& name = model.components[static_cast<size_t>(i)].name;
      if (together && i > 0) {
        model.stages[0].components.push_back(name);
      } else {
        model.stages.push_back(stage("encode", name, /*passes=*/1));
      }
    }
    if (coin()) model.stages.push_back(stage("encode_image", "vae", /*passes=*/between(0, 1)));
    model.stages.push_back(stage("denoise", "denoiser", between(1, 50)));
    model.stages.push_back(stage("decode", "vae", /*passes=*/1));
    add_ways(model);
    model.limits.base_bytes = coin() ? between(0, 200) : 0;
    model.limits.host_bytes = coin() ? 1'000'000 : between(0, 5000);
    model.limits.upload_bytes_per_second = static_cast<double>(between(100, 100'000));
    model.limits.disk_bytes_per_second = model.limits.upload_bytes_per_second / 5;
    return model;
  }

 private:
  ComponentFootprint component(std::string name, int64_t max_blocks) {
    ComponentFootprint footprint{std::move(name), "bf16", between(0, 100), {}};
    const int64_t kinds = between(1, 3);
    std::vector<int64_t> sizes;
    for (int64_t i = 0; i < kinds; ++i) sizes.push_back(between(20, 400));
    const int64_t blocks = between(1, max_blocks);
    for (int64_t i = 0; i < blocks; ++i)
      footprint.block_bytes.push_back(sizes[static_cast<size_t>(between(0, kinds - 1))]);
    return footprint;
  }

  StageDemand stage(std::string name, const std::string& component, int64_t passes) {
    StageDemand demand;
    demand.name = std::move(name);
    demand.components = {component};
    demand.passes = passes;
    demand.activation_bytes = between(12, 500);
    demand.seconds_per_pass = coin() ? static_cast<double>(between(1, 1000)) / 1000 : 0;
    return demand;
  }

  void add_ways(DrawnModel& model) {
    for (StageDemand& stage : model.stages) {
      const int64_t bytes = stage.activation_bytes;
      if (stage.name == "denoise" && coin())
        stage.chunked = {{bytes / 2, bytes * 3 / 4}, {bytes / 4, bytes / 2}};
      if (stage.name == "decode" && coin())
        stage.tiled = {{1024, bytes * 2 / 3}, {512, bytes / 3}, {256, bytes / 6}};
    }
  }

  std::mt19937_64 random_;
};

// Bytes while a stage runs, by the plan's flags.
inline int64_t planned_bytes(const DrawnModel& model, const ResidencyPlan& plan,
                             const StageDemand& stage) {
  int64_t bytes = model.limits.base_bytes + stage.activation_bytes;
  for (const auto& way : stage.chunked) {
    if (way.attention_bytes == plan.attention_bytes)
      bytes += way.activation_bytes - stage.activation_bytes;
  }
  for (const auto& way : stage.tiled) {
    if (way.vae_tile == plan.vae_tile) bytes += way.activation_bytes - stage.activation_bytes;
  }
  for (size_t i = 0; i < model.components.size(); ++i) {
    const ComponentFootprint& footprint = model.components[i];
    const ComponentPlan& component = plan.components[i];
    const bool used = std::find(stage.components.begin(), stage.components.end(), footprint.name) !=
                      stage.components.end();
    if (!used && component.placement != Placement::kResident) continue;
    bytes += footprint.shared_bytes +
             static_cast<int64_t>(streamer_bytes(
                 {footprint.block_bytes.begin(), footprint.block_bytes.end()},
                 component.resident_blocks, std::max<size_t>(component.num_slots, 1)));
  }
  return bytes;
}

}  // namespace easel
