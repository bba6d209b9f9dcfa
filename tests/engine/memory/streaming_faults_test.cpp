// What the streamer does when memory or a file fails it.
#include <gtest/gtest.h>

#include <vector>

#include "engine/memory/block_streamer.h"
#include "engine/memory/simulated_device.h"
#include "tests/engine/memory/streaming_fixture.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using testing::enter_blocks;
using testing::PatternBlocks;
using testing::run_pass;

const std::vector<size_t> kSizes{64, 128, 64, 192, 64, 128, 64};
const std::vector<bool> kResident{false, true, false, false, true, true, false};
const std::vector<double> kSeconds(7, 0.001);
constexpr size_t kNumAllocations = 2 + 3;

// Every block of a pass has its bytes.
void expect_right_pass(BlockStreamer& streamer, SimulatedDevice& device,
                       const PatternBlocks& blocks) {
  streamer.begin_pass(/*another_follows=*/false);
  for (size_t i = 0; i < blocks.sources.size(); ++i) {
    const auto memory = streamer.enter(i);
    ASSERT_TRUE(memory.ok()) << memory.status();
    device.compute(std::chrono::milliseconds(1), *memory);
    EXPECT_TRUE(blocks.owned[i]->is_at(*memory)) << "block " << i;
  }
  EXPECT_EQ(device.hazards(), std::vector<std::string>{});
}

TEST(StreamingFaultsTest, GivesAllMemoryBackWhenTheSlotsDoNotFit) {
  const PatternBlocks blocks(kSizes);
  for (size_t n = 1; n <= 2; ++n) {
    SimulatedDevice device({.real_memory = true});
    device.fail_allocation(n);
    const auto streamer = BlockStreamer::create(device, {blocks.sources, kResident, 2});
    EXPECT_TRUE(fails_with(streamer.status(), Reason::kOutOfMemory, {"192 bytes"}));
    EXPECT_EQ(device.bytes_held(), 0u);
  }
}

TEST(StreamingFaultsTest, GoesOnAfterEveryAllocationThatFailed) {
  const PatternBlocks blocks(kSizes);
  for (size_t n = 3; n <= kNumAllocations; ++n) {
    SimulatedDevice device({.real_memory = true});
    device.fail_allocation(n);
    auto streamer = BlockStreamer::create(device, {blocks.sources, kResident, 2});
    ASSERT_TRUE(streamer.ok());
    // Looking ahead may fail without harm: the block is asked for again when it is entered.
    EXPECT_TRUE(run_pass(**streamer, device, kSeconds, /*another_follows=*/true).ok());
    expect_right_pass(**streamer, device, blocks);
    EXPECT_EQ(device.bytes_held(), streamer_bytes(kSizes, kResident, 2));
  }
}

TEST(StreamingFaultsTest, SaysOutOfMemoryWhenABlockCannotHaveIt) {
  const PatternBlocks blocks(kSizes);
  const size_t whole = streamer_bytes(kSizes, kResident, 2);
  for (size_t limit = size_t{2} * 192; limit < whole; limit += 32) {
    SimulatedDevice device({.limit_bytes = limit, .real_memory = true});
    auto streamer = BlockStreamer::create(device, {blocks.sources, kResident, 2});
    ASSERT_TRUE(streamer.ok());
    for (int pass = 0; pass < 3; ++pass) {
      const auto status = run_pass(**streamer, device, kSeconds, /*another_follows=*/true);
      EXPECT_TRUE(fails_with(status, Reason::kOutOfMemory, {"free"})) << limit;
      EXPECT_LE(device.peak_bytes(), limit);
    }
    EXPECT_EQ((*streamer)->bytes_held(), device.bytes_held());
    EXPECT_EQ(device.hazards(), std::vector<std::string>{});
  }
}

TEST(StreamingFaultsTest, AsksAgainForEveryReadThatFailed) {
  const PatternBlocks blocks(kSizes);
  for (size_t n = 1; n <= 3 * kSizes.size(); ++n) {
    SimulatedDevice device({.real_memory = true});
    auto streamer = BlockStreamer::create(device, {blocks.sources, kResident, 2});
    ASSERT_TRUE(streamer.ok());
    device.fail_read(n);
    absl::Status status;
    for (int pass = 0; pass < 8 && status.ok(); ++pass) {
      status = run_pass(**streamer, device, kSeconds, /*another_follows=*/true);
    }
    EXPECT_TRUE(fails_with(status, Reason::kBadWeights, {"was to fail"})) << "read " << n;
    expect_right_pass(**streamer, device, blocks);
    EXPECT_EQ(device.bytes_held(), streamer_bytes(kSizes, kResident, 2));
  }
}

TEST(StreamingFaultsTest, EntersTheBlockWhoseReadFailedOnceMore) {
  const PatternBlocks blocks(kSizes);
  SimulatedDevice device({.real_memory = true});
  auto streamer = BlockStreamer::create(device, {blocks.sources, kResident, 2});
  ASSERT_TRUE(streamer.ok());
  device.fail_read(3);
  (*streamer)->begin_pass(/*another_follows=*/false);
  ASSERT_TRUE(enter_blocks(**streamer, device, kSeconds, 0, 2).ok());
  EXPECT_FALSE((*streamer)->enter(2).ok());
  EXPECT_TRUE(enter_blocks(**streamer, device, kSeconds, 2, kSizes.size()).ok());
  EXPECT_EQ(device.hazards(), std::vector<std::string>{});
}

}  // namespace
}  // namespace easel
