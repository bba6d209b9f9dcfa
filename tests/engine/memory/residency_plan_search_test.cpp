// The chosen plan beside the best of all there are, tried one by one.
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <optional>

#include "engine/memory/held_blocks.h"
#include "tests/engine/memory/drawn_model.h"

namespace easel {
namespace {

// One component's way: kept between requests or not, and which blocks stay while it is there.
struct Way {
  bool kept = false;
  std::vector<bool> resident;
  int64_t bytes = 0;
  int64_t streamed = 0;
};

std::vector<size_t> sizes_of(const ComponentFootprint& component) {
  return {component.block_bytes.begin(), component.block_bytes.end()};
}

std::vector<Way> ways_of(const ComponentFootprint& component) {
  const size_t blocks = component.block_bytes.size();
  std::vector<Way> ways;
  for (size_t set = 0; set < (size_t{1} << blocks); ++set) {
    Way way;
    for (size_t i = 0; i < blocks; ++i) {
      way.resident.push_back((set >> i & 1) != 0);
      if (!way.resident.back()) way.streamed += component.block_bytes[i];
    }
    way.bytes = component.shared_bytes +
                static_cast<int64_t>(streamer_bytes(sizes_of(component), way.resident, 2));
    ways.push_back(way);
  }
  ways.back().kept = true;
  ways.push_back(ways.back());
  ways.back().kept = false;
  return ways;
}

class AllPlans {
 public:
  AllPlans(const DrawnModel& model, const ResidencyPlan& chosen) : model_(model) {
    for (const ComponentFootprint& component : model.components)
      ways_.push_back(ways_of(component));
    for (const StageDemand& stage : model.stages) {
      if (stage.passes == 0) continue;
      stages_.push_back(stage);
      // Computed in the same way as the plan does.
      for (const auto& way : stage.chunked) {
        if (way.attention_bytes == chosen.attention_bytes)
          stages_.back().activation_bytes = way.activation_bytes;
      }
      for (const auto& way : stage.tiled) {
        if (way.vae_tile == chosen.vae_tile) stages_.back().activation_bytes = way.activation_bytes;
      }
    }
    chosen_.resize(ways_.size());
  }

  double best_seconds() {
    try_all(0);
    return best_;
  }

 private:
  void try_all(size_t component) {
    if (component == ways_.size()) {
      if (fits()) best_ = std::min(best_, seconds());
      return;
    }
    for (const Way& way : ways_[component]) {
      chosen_[component] = &way;
      try_all(component + 1);
    }
  }

  bool uses(const StageDemand& stage, size_t i) const {
    return std::find(stage.components.begin(), stage.components.end(), model_.components[i].name) !=
           stage.components.end();
  }

  bool fits() const {
    return std::all_of(stages_.begin(), stages_.end(), [&](const StageDemand& stage) {
      int64_t bytes = model_.limits.base_bytes + stage.activation_bytes;
      for (size_t i = 0; i < chosen_.size(); ++i) {
        if (chosen_[i]->kept || uses(stage, i)) bytes += chosen_[i]->bytes;
      }
      return bytes <= model_.limits.budget_bytes;
    });
  }

  double seconds() const {
    double total = 0;
    for (size_t s = 0; s < stages_.size(); ++s) {
      const StageDemand& stage = stages_[s];
      double weights = 0;
      for (size_t i = 0; i < chosen_.size(); ++i)
        weights += uses(stage, i) ? static_cast<double>(model_.components[i].total_bytes()) : 0;
      double pass = 0;
      double bringing = 0;
      for (size_t i = 0; i < chosen_.size(); ++i) {
        if (!uses(stage, i)) continue;
        pass += pass_of(i, stage.seconds_per_pass / weights);
        const bool there = chosen_[i]->kept || (s > 0 && uses(stages_[s - 1], i));
        const int64_t bytes = there ? chosen_[i]->streamed : model_.components[i].total_bytes();
        bringing += static_cast<double>(bytes) / model_.limits.upload_bytes_per_second;
      }
      total +=
          std::max(stage.seconds_per_pass, bringing) + static_cast<double>(stage.passes - 1) * pass;
    }
    return total;
  }

  double pass_of(size_t i, double seconds_per_byte) const {
    const ComponentFootprint& component = model_.components[i];
    PassTimes times{{}, model_.limits.upload_bytes_per_second};
    for (const int64_t bytes : component.block_bytes)
      times.compute_seconds.push_back(static_cast<double>(bytes) * seconds_per_byte);
    const double shared = static_cast<double>(component.shared_bytes) * seconds_per_byte;
    const double upload =
        static_cast<double>(chosen_[i]->streamed) / model_.limits.upload_bytes_per_second;
    return shared + kTakenByUploads * upload +
           pass_seconds(sizes_of(component), chosen_[i]->resident, 2, times);
  }

  const DrawnModel& model_;
  std::vector<StageDemand> stages_;
  std::vector<std::vector<Way>> ways_;
  std::vector<const Way*> chosen_;
  double best_ = std::numeric_limits<double>::infinity();
};

TEST(ResidencyPlanSearchTest, IsWithinFivePercentOfTheBestThereIs) {
  double worst = 1;
  for (int seed = 0; seed < num_draws(); ++seed) {
    ModelDraw draw(static_cast<unsigned>(seed));
    DrawnModel model = draw.draw(/*max_encoder_blocks=*/3, /*max_blocks=*/7);
    model.limits.host_bytes = INT64_MAX;
    const int64_t smallest = model.plan(0).smallest_budget_bytes;
    for (int i = 0; i < 3; ++i) {
      const ResidencyPlan plan =
          model.plan(draw.between(smallest, std::max(smallest, model.total_bytes())));
      const double best = AllPlans(model, plan).best_seconds();
      ASSERT_LE(plan.seconds_per_request, best * 1.05)
          << seed << " at " << model.limits.budget_bytes;
      ASSERT_GE(plan.seconds_per_request, best * (1 - 1e-9)) << seed;
      if (best > 0) worst = std::max(worst, plan.seconds_per_request / best);
    }
  }
  RecordProperty("worst_percent", static_cast<int>((worst - 1) * 100));
}

}  // namespace
}  // namespace easel
