#include "engine/memory/resident_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/memory/block_streamer.h"
#include "tests/engine/memory/streaming_fixture.h"

namespace easel {
namespace {

using testing::flux_block_bytes;
using testing::Random;
using testing::sum;

size_t smallest_streamed(const std::vector<size_t>& sizes, const std::vector<bool>& resident) {
  size_t smallest = static_cast<size_t>(-1);
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (!resident[i]) smallest = std::min(smallest, sizes[i]);
  }
  return smallest;
}

TEST(ResidentBlocksTest, KeepsAllWhenTheyFit) {
  EXPECT_EQ(spread_resident({10, 20, 30}, 60, 2), std::vector<bool>(3, true));
  EXPECT_NE(spread_resident({10, 10, 10, 10}, 39, 2), std::vector<bool>(4, true));
}

TEST(ResidentBlocksTest, SaysWhenTheSlotsDoNotFit) {
  EXPECT_EQ(spread_resident({10, 10, 10, 10}, 19, 2), std::nullopt);
  EXPECT_EQ(spread_resident({10, 10, 10, 10}, 20, 2), std::vector<bool>(4, false));
}

TEST(ResidentBlocksTest, KeepsAHugeBlockToMakeTheSlotsSmall) {
  EXPECT_EQ(smallest_streamer_bytes({10, 100, 10, 10}, 2), 120u);
  EXPECT_EQ(spread_resident({10, 100, 10, 10}, 120, 2),
            (std::vector<bool>{false, true, false, false}));
}

TEST(ResidentBlocksTest, FitsExactlyFromTheSmallestOn) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const auto sizes = random.sizes(random.between(1, 20), 1, 1000);
    const size_t num_slots = random.between(1, 3);
    const size_t smallest = smallest_streamer_bytes(sizes, num_slots);
    EXPECT_TRUE(spread_resident(sizes, smallest, num_slots).has_value()) << seed;
    EXPECT_FALSE(spread_resident(sizes, smallest - 1, num_slots).has_value()) << seed;
  }
}

TEST(ResidentBlocksTest, HoldsTheBudgetAndLeavesLessThanABlockFree) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto sizes = random.sizes(random.between(3, 40), 1, 1000);
    const size_t num_slots = random.between(1, 3);
    const size_t least = smallest_streamer_bytes(sizes, num_slots);
    const size_t budget = least + random.below(sum(sizes) - least + 1);
    const auto resident = spread_resident(sizes, budget, num_slots);
    ASSERT_TRUE(resident.has_value());
    const size_t held = streamer_bytes(sizes, *resident, num_slots);
    ASSERT_LE(held, budget);
    EXPECT_LT(budget - held, smallest_streamed(sizes, *resident)) << seed;
  }
}

TEST(ResidentBlocksTest, LeavesLessThanASingleBlockAndFivePercentOfFluxFree) {
  const auto sizes = flux_block_bytes();
  const size_t unit = sizes.back();
  const size_t least = smallest_streamer_bytes(sizes, 2);
  for (size_t i = 0; i < 40; ++i) {
    const size_t budget = least + (sum(sizes) - least) / 40 * i;
    const auto resident = spread_resident(sizes, budget, 2);
    ASSERT_TRUE(resident.has_value());
    EXPECT_LT(budget - streamer_bytes(sizes, *resident, 2), unit + budget / 20) << i;
  }
}

TEST(ResidentBlocksTest, SpreadsOverTheDepth) {
  const std::vector<size_t> sizes(30, 100);
  const auto resident = *spread_resident(sizes, 2 * 100 + 10 * 100, 2);
  for (size_t begin = 0; begin < 30; begin += 10) {
    const auto in_third = std::count(resident.begin() + static_cast<long>(begin),
                                     resident.begin() + static_cast<long>(begin) + 10, true);
    EXPECT_GE(in_third, 3);
    EXPECT_LE(in_third, 4);
  }
}

// A case that is small enough to try every subset.
struct SmallCase {
  explicit SmallCase(Random& random)
      : num_slots(random.between(2, 3)),
        sizes(random.sizes(random.between(num_slots + 2, 11), 2, 10)) {
    for (size_t& size : sizes) size *= 100;
    const size_t least = smallest_streamer_bytes(sizes, num_slots);
    budget = least + random.below(sum(sizes) - least + 1);
    for (const size_t bytes : sizes) {
      const double weight = 0.5 + static_cast<double>(random.below(100)) / 100;
      times.compute_seconds.push_back(weight * static_cast<double>(bytes));
    }
    times.bytes_per_second = std::exp2(static_cast<double>(random.below(500)) / 100 - 3);
  }
  double best_of_all() const {
    double best = INFINITY;
    for (size_t subset = 0; subset < size_t{1} << sizes.size(); ++subset) {
      std::vector<bool> resident(sizes.size());
      for (size_t i = 0; i < sizes.size(); ++i) resident[i] = (subset >> i & 1) != 0;
      if (streamer_bytes(sizes, resident, num_slots) > budget) continue;
      best = std::min(best, pass_seconds(sizes, resident, num_slots, times));
    }
    return best;
  }

  size_t num_slots;
  std::vector<size_t> sizes;
  size_t budget = 0;
  PassTimes times;
};

TEST(ResidentBlocksTest, IsWithinFivePercentOfTheBestOfAllSubsets) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const SmallCase small(random);
    const auto resident = spread_resident(small.sizes, small.budget, small.num_slots, small.times);
    ASSERT_TRUE(resident.has_value()) << seed;
    const double chosen = pass_seconds(small.sizes, *resident, small.num_slots, small.times);
    EXPECT_LE(chosen, 1.05 * small.best_of_all()) << seed;
  }
}

TEST(ResidentBlocksTest, TakesThousandsOfBlocks) {
  Random random(1);
  const auto sizes = random.sizes(2500, 1'000'000, 50'000'000);
  const auto resident = spread_resident(sizes, sum(sizes) / 3, 2);
  ASSERT_TRUE(resident.has_value());
  EXPECT_LE(streamer_bytes(sizes, *resident, 2), sum(sizes) / 3);
}

}  // namespace
}  // namespace easel
