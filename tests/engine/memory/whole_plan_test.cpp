#include "engine/memory/whole_plan.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

struct Sizes {
  std::vector<ComponentFootprint> components = {
      {"text_encoder", "bf16", 10 * kMiB, {20 * kMiB, 20 * kMiB}},
      {"transformer", "bf16", 10 * kMiB, {40 * kMiB, 40 * kMiB}},
      {"vae", "bf16", 5 * kMiB, {}}};
  std::vector<StageDemand> stages = {
      {.name = "encode", .components = {"text_encoder"}, .activation_bytes = 3 * kMiB},
      {.name = "denoise",
       .components = {"transformer"},
       .passes = 4,
       .activation_bytes = 8 * kMiB,
       .seconds_per_pass = 0.5},
      {.name = "decode",
       .components = {"vae"},
       .activation_bytes = 30 * kMiB,
       .tiled = {{8, 2 * kMiB}}}};
  MemoryLimits limits = {.base_bytes = 7 * kMiB};

  ResidencyPlan plan(int64_t there) {
    limits.budget_bytes = there;
    return plan_in_place(components, stages, limits);
  }
};

constexpr int64_t kWhole = (7 + 50 + 90 + 5 + 30) * kMiB;

TEST(WholePlanTest, TakesAllWeightsAndTheMostThatAStageComputesWith) {
  Sizes sizes;
  EXPECT_EQ(bytes_in_place(sizes.components, sizes.stages, sizes.limits), kWhole);
  sizes.stages[2].passes = 0;  // passed over
  EXPECT_EQ(bytes_in_place(sizes.components, sizes.stages, sizes.limits), kWhole - 22 * kMiB);
}

TEST(WholePlanTest, KeepsEverythingInPlaceWhereThereIsEnough) {
  for (const int64_t there : {kWhole, 10 * kWhole}) {
    const ResidencyPlan plan = Sizes().plan(there);
    ASSERT_TRUE(plan.fits) << plan.reason;
    EXPECT_EQ(plan.peak_bytes, kWhole);
    EXPECT_EQ(plan.vae_tile, 0);
    EXPECT_DOUBLE_EQ(plan.seconds_per_step, 0.5);
    ASSERT_EQ(plan.components.size(), 3U);
    for (const ComponentPlan& component : plan.components) {
      EXPECT_EQ(component.placement, Placement::kResident) << component.name;
    }
  }
}

TEST(WholePlanTest, NamesTheBudgetThatWouldDoWhereThereIsTooLittle) {
  const ResidencyPlan plan = Sizes().plan(kWhole - kMiB);
  EXPECT_FALSE(plan.fits);
  EXPECT_EQ(plan.peak_bytes, kWhole);
  EXPECT_LT(plan.smallest_budget_bytes, kWhole);
  EXPECT_NE(plan.reason.find("182.0 MiB; there are 181.0 MiB"), std::string::npos) << plan.reason;
  ASSERT_EQ(plan.helps.size(), 1U);
  EXPECT_NE(plan.helps[0].find("--memory-budget"), std::string::npos) << plan.helps[0];
}

TEST(WholePlanTest, NamesNoBudgetWhereNoneWouldDo) {
  const ResidencyPlan plan = Sizes().plan(8 * kMiB);
  EXPECT_FALSE(plan.fits);
  EXPECT_TRUE(plan.helps.empty());
}

}  // namespace
}  // namespace easel
