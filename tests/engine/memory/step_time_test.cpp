// How long a step takes on the simulated device, against the bound that no streaming can beat:
// max(step with everything resident, bytes streamed ÷ bandwidth).
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/memory/block_streamer.h"
#include "engine/memory/pass_seconds.h"
#include "engine/memory/resident_blocks.h"
#include "engine/memory/simulated_device.h"
#include "tests/engine/memory/streaming_fixture.h"

namespace easel {
namespace {

using testing::flux_block_bytes;
using testing::PatternBlocks;
using testing::Random;
using testing::run_pass;
using testing::sum;

// Of FLUX at 1024² on a fast card, in proportion to the bytes.
constexpr double kComputeSecondsPerByte = 0.53 / 23.6e9;
constexpr int kWarmUpSteps = 6;  // until the times repeat
constexpr int kMeasuredSteps = 3;

PassTimes times_at(const std::vector<size_t>& sizes, double bytes_per_second) {
  PassTimes times{{}, bytes_per_second};
  for (const size_t bytes : sizes) {
    times.compute_seconds.push_back(static_cast<double>(bytes) * kComputeSecondsPerByte);
  }
  return times;
}

// The bandwidth at which an upload of everything takes `ratio` times as long as computing.
double bandwidth_for(double ratio) { return 1 / (ratio * kComputeSecondsPerByte); }

size_t streamed_bytes(const std::vector<size_t>& sizes, const std::vector<bool>& resident) {
  size_t bytes = 0;
  for (size_t i = 0; i < sizes.size(); ++i) bytes += resident[i] ? 0 : sizes[i];
  return bytes;
}

double bound(const std::vector<size_t>& sizes, const std::vector<bool>& resident,
             const PassTimes& times) {
  const double computing =
      std::accumulate(times.compute_seconds.begin(), times.compute_seconds.end(), 0.0);
  const auto streamed = static_cast<double>(streamed_bytes(sizes, resident));
  return std::max(computing, streamed / times.bytes_per_second);
}

// Seconds of a step among many, on the device; each must upload the streamed blocks, once.
double measured_step(const std::vector<size_t>& sizes, const std::vector<bool>& resident,
                     size_t num_slots, const PassTimes& times, bool host_computes) {
  const PatternBlocks blocks(sizes);
  SimulatedDevice device({.limit_bytes = streamer_bytes(sizes, resident, num_slots),
                          .bytes_per_second = times.bytes_per_second,
                          .host_computes = host_computes});
  auto streamer = BlockStreamer::create(device, {blocks.sources, resident, num_slots});
  EXPECT_TRUE(streamer.ok()) << streamer.status();
  for (int step = 0; step < kWarmUpSteps; ++step) {
    EXPECT_TRUE(run_pass(**streamer, device, times.compute_seconds, /*another_follows=*/true).ok());
  }
  const auto begin = device.now();
  for (int step = 0; step < kMeasuredSteps; ++step) {
    const uint64_t before = device.bytes_uploaded();
    EXPECT_TRUE(run_pass(**streamer, device, times.compute_seconds, /*another_follows=*/true).ok());
    EXPECT_EQ(device.bytes_uploaded() - before, streamed_bytes(sizes, resident));
  }
  EXPECT_EQ(device.hazards(), std::vector<std::string>{});
  return std::chrono::duration<double>(device.now() - begin).count() / kMeasuredSteps;
}

// The worst step over the bound, over budgets from two slots to all but one byte.
double worst_over_bound(const std::vector<size_t>& sizes, double ratio, bool speed_is_known) {
  const PassTimes times = times_at(sizes, bandwidth_for(ratio));
  const size_t least = 2 * *std::max_element(sizes.begin(), sizes.end());
  const size_t most = sum(sizes) - 1;
  double worst = 0;
  for (size_t i = 0; i <= 12; ++i) {
    const size_t budget = least + (most - least) / 12 * i;
    const auto resident = spread_resident(
        sizes, budget, 2, speed_is_known ? std::optional<PassTimes>(times) : std::nullopt);
    EXPECT_TRUE(resident.has_value());
    if (!resident) return 1e9;
    EXPECT_LE(streamer_bytes(sizes, *resident, 2), budget);
    const double step = measured_step(sizes, *resident, 2, times, /*host_computes=*/i % 2 == 1);
    worst = std::max(worst, step / bound(sizes, *resident, times));
  }
  return worst;
}

TEST(StepTimeTest, FluxIsWithinThreePercentOfTheBoundAtEveryBandwidthAndCap) {
  for (const double ratio : {0.5, 1.0, 2.0, 4.0}) {
    EXPECT_LE(worst_over_bound(flux_block_bytes(), ratio, /*speed_is_known=*/true), 1.03) << ratio;
  }
}

TEST(StepTimeTest, FluxIsWithinFivePercentOfTheBoundWhenTheSpeedIsNotKnown) {
  for (const double ratio : {0.5, 1.0, 2.0, 4.0}) {
    EXPECT_LE(worst_over_bound(flux_block_bytes(), ratio, /*speed_is_known=*/false), 1.05) << ratio;
  }
}

// Uploads that take as long as computing leave no slack: with two slots the larger of each two
// neighbours counts then, and random sizes lie up to a fifth above the bound.
TEST(StepTimeTest, BlocksOfRandomSizesAreWithinFivePercentOfTheBound) {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed);
    const auto sizes = random.sizes(random.between(20, 50), 200'000'000, 700'000'000);
    for (const double ratio : {0.5, 2.0, 4.0}) {
      EXPECT_LE(worst_over_bound(sizes, ratio, /*speed_is_known=*/true), 1.05)
          << seed << ' ' << ratio;
    }
  }
}

TEST(StepTimeTest, IsWhatPassSecondsForesees) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto sizes = random.sizes(random.between(1, 30), 200'000'000, 700'000'000);
    const auto resident = random.flags(sizes.size());
    const size_t num_slots = random.between(1, 4);
    const PassTimes times =
        times_at(sizes, bandwidth_for(0.25 * static_cast<double>(random.between(1, 24))));
    const double foreseen = pass_seconds(sizes, resident, num_slots, times);
    for (const bool host_computes : {false, true}) {
      if (std::count(resident.begin(), resident.end(), false) <= static_cast<long>(num_slots))
        break;
      EXPECT_NEAR(measured_step(sizes, resident, num_slots, times, host_computes), foreseen,
                  1e-6 * foreseen)
          << seed;
    }
  }
}

TEST(StepTimeTest, ResidentBlocksThatAreSpreadBeatAPrefix) {
  const std::vector<size_t> sizes(40, 500'000'000);
  const PassTimes times = times_at(sizes, bandwidth_for(2.0));
  std::vector<bool> prefix(40, false);
  std::fill_n(prefix.begin(), 20, true);
  const size_t budget = streamer_bytes(sizes, prefix, 2);
  const auto spread = spread_resident(sizes, budget, 2, times);
  ASSERT_TRUE(spread.has_value());
  EXPECT_EQ(streamed_bytes(sizes, *spread), streamed_bytes(sizes, prefix));
  const double spread_step = measured_step(sizes, *spread, 2, times, false);
  EXPECT_LE(spread_step, 1.001 * bound(sizes, *spread, times));
  EXPECT_GE(measured_step(sizes, prefix, 2, times, false), 1.4 * spread_step);
}

TEST(StepTimeTest, TheFirstStepBeginsWithItsFirstBlock) {
  const auto sizes = flux_block_bytes();
  const PatternBlocks blocks(sizes);
  const PassTimes times = times_at(sizes, bandwidth_for(4.0));
  SimulatedDevice device({.bytes_per_second = times.bytes_per_second});
  auto streamer =
      BlockStreamer::create(device, {blocks.sources, std::vector<bool>(sizes.size(), true), 2});
  (*streamer)->begin_pass(/*another_follows=*/true);
  ASSERT_TRUE((*streamer)->enter(0).ok());
  const double seconds = std::chrono::duration<double>(device.now()).count();
  EXPECT_NEAR(seconds, static_cast<double>(sizes[0]) / times.bytes_per_second, 1e-6);
  ASSERT_TRUE(run_pass(**streamer, device, times.compute_seconds, /*another_follows=*/true).ok());
  const double all = static_cast<double>(sum(sizes)) / times.bytes_per_second;
  const double last = times.compute_seconds.back();
  EXPECT_LE(std::chrono::duration<double>(device.now()).count(), 1.001 * (all + last));
}

}  // namespace
}  // namespace easel
