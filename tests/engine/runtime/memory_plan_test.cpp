#include "engine/api/memory_plan.h"

#include <gtest/gtest.h>

#include "tests/engine/runtime/tiny_model.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

MemoryPlanRequest request(int64_t budget_bytes) {
  MemoryPlanRequest request;
  request.path = testing::tiny_model_path("dev_a");
  request.device = "cpu";
  request.dtype = ComputeDtype::kFp32;
  request.memory_budget_bytes = budget_bytes;
  request.assumptions.base_bytes = 100 * kMiB;
  request.measures_speeds = false;
  request.largest_side_up_to = 2048;
  return request;
}

MemoryPlan plan(const MemoryPlanRequest& request) {
  absl::StatusOr<MemoryPlan> plan = plan_memory(request);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? *std::move(plan) : MemoryPlan();
}

TEST(MemoryPlanTest, FindsTheLargestSquareThatFits) {
  const MemoryPlan much = plan(request(int64_t{1} << 40));
  EXPECT_EQ(much.largest_side, 2048);
  const MemoryPlan little = plan(request(much.smallest_budget_bytes));
  ASSERT_GT(little.largest_side, 0);
  ASSERT_LT(little.largest_side, 2048);
  MemoryPlanRequest border = request(much.smallest_budget_bytes);
  border.width = border.height = little.largest_side;
  EXPECT_TRUE(plan(border).fits);
  border.width = border.height = little.largest_side + 64;
  EXPECT_FALSE(plan(border).fits);
  EXPECT_EQ(plan(request(100 * kMiB)).largest_side, 0);
}

TEST(MemoryPlanTest, LooksForNoSquareUnasked) {
  MemoryPlanRequest unasked = request(int64_t{1} << 40);
  unasked.largest_side_up_to = 0;
  EXPECT_EQ(plan(unasked).largest_side, 0);
}

TEST(MemoryPlanTest, InPlaceTakesMoreThanTheSmallestBudget) {
  MemoryPlanRequest whole = request(int64_t{1} << 40);
  whole.all_in_place = true;
  const MemoryPlan fits = plan(whole);
  ASSERT_TRUE(fits.fits);
  EXPECT_GT(fits.peak_bytes, fits.smallest_budget_bytes);
  for (const PlannedComponent& component : fits.components) {
    EXPECT_EQ(component.placement, "resident") << component.name;
  }
  whole.memory_budget_bytes = fits.peak_bytes - 1;
  const MemoryPlan misfit = plan(whole);
  EXPECT_FALSE(misfit.fits);
  EXPECT_EQ(misfit.helps.size(), 1U);
  whole.all_in_place = false;
  EXPECT_TRUE(plan(whole).fits) << "weights may come and go";
}

TEST(MemoryPlanTest, RefusesASizeThatCannotBe) {
  MemoryPlanRequest odd = request(int64_t{1} << 40);
  odd.width = 3;
  EXPECT_EQ(reason_of(plan_memory(odd).status()), Reason::kInvalidField);
}

}  // namespace
}  // namespace easel
