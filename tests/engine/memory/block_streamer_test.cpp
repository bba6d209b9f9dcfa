#include "engine/memory/block_streamer.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/memory/simulated_device.h"
#include "tests/engine/memory/streaming_fixture.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using std::chrono::milliseconds;
using testing::PatternBlocks;
using testing::Random;

constexpr size_t kBytes = 64;

// A streamer over small blocks on a simulated device with real memory.
class BlockStreamerTest : public ::testing::Test {
 protected:
  void make(std::vector<size_t> sizes, std::vector<bool> resident, size_t num_slots) {
    sizes_ = std::move(sizes);
    resident_ = std::move(resident);
    blocks_ = std::make_unique<PatternBlocks>(sizes_);
    auto streamer = BlockStreamer::create(device_, {blocks_->sources, resident_, num_slots});
    ASSERT_TRUE(streamer.ok()) << streamer.status();
    streamer_ = *std::move(streamer);
  }
  // Enters a block, computes with it and looks whether the bytes are its own.
  void enter(size_t block) {
    const auto memory = streamer_->enter(block);
    ASSERT_TRUE(memory.ok()) << memory.status();
    device_.compute(milliseconds(1), *memory);
    if (*memory == nullptr) return;
    EXPECT_TRUE(blocks_->owned[block]->is_at(*memory)) << "block " << block;
  }
  void pass(bool another_follows) {
    streamer_->begin_pass(another_follows);
    for (size_t i = 0; i < sizes_.size(); ++i) enter(i);
  }
  // The bytes that `work` uploads.
  template <typename Work>
  uint64_t uploaded(const Work& work) {
    const uint64_t before = device_.bytes_uploaded();
    work();
    return device_.bytes_uploaded() - before;
  }
  void TearDown() override {
    if (streamer_) {
      EXPECT_EQ(streamer_->bytes_uploaded(), device_.bytes_uploaded());
    }
    streamer_.reset();
    EXPECT_EQ(device_.bytes_held(), 0u);
    EXPECT_EQ(device_.hazards(), std::vector<std::string>{});
  }

  SimulatedDevice device_{{.bytes_per_second = 64e3, .real_memory = true}};
  std::vector<size_t> sizes_;
  std::vector<bool> resident_;
  std::unique_ptr<PatternBlocks> blocks_;
  std::unique_ptr<BlockStreamer> streamer_;
};

std::vector<size_t> equal_blocks(size_t count) { return std::vector<size_t>(count, kBytes); }

TEST_F(BlockStreamerTest, BringsEveryBlockOfEveryPass) {
  make({64, 128, 192, 64, 320}, std::vector<bool>(5, false), 2);
  for (int i = 0; i < 3; ++i) pass(/*another_follows=*/i < 2);
  EXPECT_EQ(device_.bytes_uploaded(), 3u * 768);
}

TEST_F(BlockStreamerTest, UploadsEachStreamedBlockOnceAPassAndResidentOnesOnce) {
  make(equal_blocks(8), {false, true, false, false, true, true, false, false}, 2);
  EXPECT_EQ(uploaded([&] { pass(true); }), (8 + 1) * kBytes);  // and the next pass's first
  EXPECT_EQ(uploaded([&] { pass(true); }), 5 * kBytes);
  EXPECT_EQ(uploaded([&] { pass(false); }), (5 - 1) * kBytes);
}

TEST_F(BlockStreamerTest, BringsNoBlockOfAPassThatDoesNotFollow) {
  make(equal_blocks(4), std::vector<bool>(4, false), 2);
  EXPECT_EQ(uploaded([&] { pass(false); }), 4 * kBytes);
}

TEST_F(BlockStreamerTest, KeepsWhatIsStillInItsSlot) {
  make(equal_blocks(5), {true, true, true, false, false}, 2);
  pass(false);
  EXPECT_EQ(uploaded([&] { pass(false); }), 0u);
}

TEST_F(BlockStreamerTest, KeepsTheFirstBlockForAPassThatBeginsAnew) {
  make(equal_blocks(6), std::vector<bool>(6, false), 2);
  streamer_->begin_pass(true);
  enter(0);
  EXPECT_EQ(uploaded([&] { pass(false); }), 4 * kBytes);  // 0 and 1 are there
}

TEST_F(BlockStreamerTest, ReadsNothingBeforeItIsNext) {
  make(equal_blocks(9), {true, true, true, true, true, true, true, false, false}, 2);
  EXPECT_EQ(device_.bytes_uploaded(), 0u);
  EXPECT_EQ(uploaded([&] { streamer_->begin_pass(false); }), 2 * kBytes);
  EXPECT_EQ(uploaded([&] { enter(0); }), 1 * kBytes);
}

TEST_F(BlockStreamerTest, GivesResidentBlocksTheirMemoryAtFirstUseAndKeepsIt) {
  make({64, 128, 64, 192, 64}, {false, true, false, true, false}, 2);
  EXPECT_EQ(streamer_->bytes_held(), 2 * 64u);
  pass(true);
  EXPECT_EQ(streamer_->bytes_held(), streamer_bytes(sizes_, resident_, 2));
  EXPECT_EQ(device_.bytes_held(), streamer_->bytes_held());
  streamer_->begin_pass(true);
  const std::byte* const first = *streamer_->enter(1);
  pass(false);
  EXPECT_EQ(*streamer_->enter(1), first);
}

TEST_F(BlockStreamerTest, TakesAnyNumberOfSlots) {
  for (const size_t num_slots : {1, 2, 3, 7, 100}) {
    make(equal_blocks(7), {false, false, true, false, false, false, false}, num_slots);
    pass(true);
    pass(false);
    EXPECT_EQ(device_.bytes_held(), streamer_bytes(sizes_, resident_, num_slots)) << num_slots;
    streamer_.reset();
  }
}

TEST_F(BlockStreamerTest, HoldsASingleStreamedBlockInOneSlot) {
  make({64, 128, 64}, {true, false, true}, 2);
  pass(true);
  EXPECT_EQ(uploaded([&] { pass(false); }), 0u);
  EXPECT_EQ(device_.bytes_held(), 256u);
}

TEST_F(BlockStreamerTest, NeedsNoSlotWhenAllBlocksStay) {
  make({64, 128}, {true, true}, 2);
  EXPECT_EQ(device_.bytes_held(), 0u);
  pass(true);
  EXPECT_EQ(uploaded([&] { pass(false); }), 0u);
  EXPECT_EQ(device_.bytes_held(), 192u);
}

TEST_F(BlockStreamerTest, PassesOverBlocksWithoutBytes) {
  make({0, 64, 0, 128, 64, 0}, {true, false, false, false, false, false}, 2);
  pass(true);
  pass(false);
  EXPECT_EQ(device_.bytes_uploaded(), 2 * 256u);
  EXPECT_EQ(device_.bytes_held(), streamer_bytes(sizes_, resident_, 2));
  EXPECT_EQ(*streamer_->enter(0), nullptr);
}

TEST_F(BlockStreamerTest, TakesNoBlocks) {
  make({}, {}, 2);
  streamer_->begin_pass(true);
  EXPECT_TRUE(fails_with(streamer_->enter(0).status(), Reason::kInvalidField, {"block"}));
}

TEST_F(BlockStreamerTest, RefusesOptionsThatDoNotFitTogether) {
  const PatternBlocks blocks(equal_blocks(3));
  const auto create = [&](std::vector<bool> resident, size_t num_slots) {
    return BlockStreamer::create(device_, {blocks.sources, std::move(resident), num_slots})
        .status();
  };
  EXPECT_TRUE(fails_with(create({true, false}, 2), Reason::kInvalidField, {"2 flags", "3 blocks"}));
  EXPECT_TRUE(fails_with(create({true, false, true}, 0), Reason::kInvalidField, {"num_slots"}));
}

TEST_F(BlockStreamerTest, BeginsAnewAfterAPassThatWasLeftAnywhere) {
  for (size_t left_at = 0; left_at <= 6; ++left_at) {
    make(equal_blocks(6), {false, false, true, false, false, false}, 2);
    const size_t before = device_.num_uploads();
    streamer_->begin_pass(true);
    for (size_t i = 0; i < left_at; ++i) enter(i);
    pass(true);
    pass(false);
    EXPECT_LE(device_.num_uploads() - before, left_at + size_t{2 + 2 * 5 + 1});
    streamer_.reset();
  }
}

// Sizes, flags, slots, speeds and the places where passes end at random; contents and hazards are
// looked at in each.
TEST(BlockStreamerPropertyTest, ComputesWithTheRightBytesUnderRandomPlans) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const PatternBlocks blocks(random.sizes(random.between(1, 14), 1, 300));
    const size_t count = blocks.sources.size();
    SimulatedDevice device({.bytes_per_second = 1e3 * static_cast<double>(random.between(1, 300)),
                            .real_memory = true,
                            .host_computes = random.below(2) == 1});
    auto streamer =
        BlockStreamer::create(device, {blocks.sources, random.flags(count), random.between(1, 4)});
    ASSERT_TRUE(streamer.ok());
    for (int pass = 0; pass < 5; ++pass) {
      (*streamer)->begin_pass(random.below(2) == 1);
      const size_t end = random.below(3) == 0 ? random.below(count + 1) : count;
      for (size_t i = 0; i < end; ++i) {
        const auto memory = (*streamer)->enter(i);
        ASSERT_TRUE(memory.ok()) << memory.status();
        device.compute(milliseconds(random.below(4)), *memory);
        ASSERT_TRUE(blocks.owned[i]->is_at(*memory)) << "seed " << seed << " block " << i;
      }
    }
    EXPECT_EQ(device.hazards(), std::vector<std::string>{}) << "seed " << seed;
  }
}

TEST(StreamerBytesTest, CountsSlotsOfTheLargestStreamedBlock) {
  EXPECT_EQ(streamer_bytes({10, 20, 30, 40}, {false, false, false, true}, 2), 40u + 2 * 30);
  EXPECT_EQ(streamer_bytes({10, 20, 30, 40}, {true, true, true, false}, 2), 60u + 40);
  EXPECT_EQ(streamer_bytes({10, 20}, {true, true}, 2), 30u);
  EXPECT_EQ(streamer_bytes({}, {}, 2), 0u);
}

TEST(StreamerBytesTest, IsWhatAStreamerHolds) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const std::vector<size_t> sizes = random.sizes(random.between(1, 12), 0, 5);
    const std::vector<bool> resident = random.flags(sizes.size());
    const size_t num_slots = random.between(1, 4);
    const PatternBlocks blocks(sizes);
    SimulatedDevice device({});
    auto streamer = BlockStreamer::create(device, {blocks.sources, resident, num_slots});
    ASSERT_TRUE(streamer.ok());
    const std::vector<double> seconds(sizes.size(), 1.0);
    ASSERT_TRUE(testing::run_pass(**streamer, device, seconds, /*another_follows=*/true).ok());
    EXPECT_EQ(device.peak_bytes(), streamer_bytes(sizes, resident, num_slots)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace easel
