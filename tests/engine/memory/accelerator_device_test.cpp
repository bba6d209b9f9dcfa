// The GPU's part of streaming on a GPU made of threads: right bytes whatever the queues' delays.
#include "engine/memory/accelerator_device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <vector>

#include "engine/memory/block_streamer.h"
#include "tests/engine/memory/streaming_fixture.h"
#include "tests/engine/memory/threaded_runtime.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using testing::PatternBlock;
using testing::Random;
using testing::ThreadedRuntime;

// A pattern that may be kept, counts its reads, and fails one of them when it is told to.
class KeepingBlock : public PatternBlock {
 public:
  KeepingBlock(size_t bytes, size_t index, bool keeps)
      : PatternBlock(bytes, index), keeps_(keeps) {}

  absl::Status read_part(size_t first, size_t count, std::byte* target) const override {
    if (reads_until_failure > 0 && --reads_until_failure == 0) return bad_weights("cut short");
    bytes_read += count;
    return PatternBlock::read_part(first, count, target);
  }
  std::unique_ptr<KeptBytes>* kept() const override { return keeps_ ? &kept_ : nullptr; }

  mutable std::atomic<size_t> bytes_read{0};
  mutable std::atomic<int> reads_until_failure{0};

 private:
  bool keeps_;
  mutable std::unique_ptr<KeptBytes> kept_;
};

class AcceleratorDeviceTest : public ::testing::Test {
 protected:
  void TearDown() override {
    if (runtime_ != nullptr) runtime_->finish_computing();
  }
  void open(uint64_t seed, size_t stage_bytes = 256, size_t limit_bytes = size_t{1} << 40,
            size_t num_readers = 1) {
    runtime_ = std::make_shared<ThreadedRuntime>(seed, limit_bytes);
    device_ = AcceleratorDevice::create(
                  runtime_,
                  {.stage_bytes = stage_bytes, .num_readers = num_readers, .bytes_per_reader = 64})
                  .value();
  }
  void add_blocks(const std::vector<size_t>& sizes, const std::vector<bool>& keeps) {
    for (size_t i = 0; i < sizes.size(); ++i) {
      blocks_.push_back(std::make_unique<KeepingBlock>(sizes[i], i, keeps[i]));
    }
  }
  std::unique_ptr<BlockStreamer> streamer(const std::vector<bool>& resident, size_t num_slots = 2) {
    BlockStreamerOptions options;
    for (const auto& block : blocks_) options.blocks.push_back(block.get());
    options.resident = resident;
    options.num_slots = num_slots;
    return BlockStreamer::create(*device_, std::move(options)).value();
  }
  absl::Status pass(BlockStreamer& streamer, bool another_follows) {
    streamer.begin_pass(another_follows);
    for (size_t i = 0; i < blocks_.size(); ++i) {
      EASEL_ASSIGN_OR_RETURN(const std::byte* const memory, streamer.enter(i));
      if (memory != nullptr) runtime_->compute(*blocks_[i], memory);
    }
    return absl::OkStatus();
  }
  // What failed ahead of its need is told once more, when it is needed.
  bool goes_on(BlockStreamer& streamer) {
    bool passed = false;
    for (size_t i = 0; i <= blocks_.size() && !passed; ++i) passed = pass(streamer, false).ok();
    return passed;
  }
  size_t bytes_read() const {
    size_t sum = 0;
    for (const auto& block : blocks_) sum += block->bytes_read;
    return sum;
  }

  // Blocks go before the device does, as components do.
  std::shared_ptr<ThreadedRuntime> runtime_;
  std::unique_ptr<AcceleratorDevice> device_;
  std::vector<std::unique_ptr<KeepingBlock>> blocks_;
};

TEST_F(AcceleratorDeviceTest, EveryPassComputesWithTheRightBytesWhateverTheDelays) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    Random random(seed);
    blocks_.clear();
    device_.reset();
    open(seed);
    const size_t count = random.between(1, 12);
    add_blocks(random.sizes(count, 0, 3000), random.flags(count));
    // Two streamers after each other take the same memory, as a request's stages do.
    for (int stage = 0; stage < 2; ++stage) {
      const auto streamer = this->streamer(random.flags(count), random.between(1, 3));
      for (int i = 0; i < 3; ++i) ASSERT_TRUE(pass(*streamer, /*another_follows=*/i < 2).ok());
    }
    runtime_->finish_computing();
    EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{}) << seed;
    EXPECT_EQ(runtime_->num_device(), 0U);
  }
}

TEST_F(AcceleratorDeviceTest, WhatIsKeptIsReadOnceAndCopiedInEveryPass) {
  open(1);
  add_blocks({1000, 64, 2048, 4097}, {true, true, true, true});
  const std::vector<bool> streams(4, false);
  for (int request = 0; request < 2; ++request) {
    const auto streamer = this->streamer(streams);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(pass(*streamer, false).ok());
  }
  EXPECT_EQ(bytes_read(), 1000U + 64U + 2048U + 4097U);
  EXPECT_GE(runtime_->bytes_copied, 5 * bytes_read());
  EXPECT_EQ(device_->kept_bytes(), 1024U + 64U + 2048U + 8192U) << "powers of two";
  runtime_->finish_computing();
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
  blocks_.clear();
  EXPECT_EQ(device_->kept_bytes(), 0U);
  EXPECT_EQ(runtime_->num_pinned(), 0U) << "no ring was needed";
}

TEST_F(AcceleratorDeviceTest, LargeBlocksAreKeptWithLittleWaste) {
  open(1);
  constexpr size_t kMiB = size_t{1} << 20;
  add_blocks({5 * kMiB + 64}, {true});
  const auto streamer = this->streamer({false});
  ASSERT_TRUE(pass(*streamer, false).ok());
  EXPECT_EQ(device_->kept_bytes(), 5 * kMiB + 64);
  runtime_->finish_computing();
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
}

TEST_F(AcceleratorDeviceTest, WhatIsNotKeptPassesThroughARingOfTwo) {
  open(2, /*stage_bytes=*/128);
  add_blocks({1000, 640, 3000}, {false, false, false});
  const auto streamer = this->streamer({false, false, false});
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(pass(*streamer, false).ok());
  EXPECT_GE(bytes_read(), 2 * (1000U + 640U + 3000U) - 3000U - 640U);
  EXPECT_EQ(runtime_->num_pinned(), 2U);
  EXPECT_EQ(device_->kept_bytes(), 0U);
  runtime_->finish_computing();
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
}

TEST_F(AcceleratorDeviceTest, WithoutPinnedMemoryToKeepItBlocksPassThroughTheRing) {
  open(3, /*stage_bytes=*/128);
  add_blocks({1000, 640, 3000}, {true, true, true});
  const auto streamer = this->streamer({false, false, false});
  // The ring and the first block; all of the others fail.
  {
    KeepingBlock plain(64, 0, /*keeps=*/false);
    std::byte* const memory = device_->allocate(64).value();
    ASSERT_TRUE(
        device_->await_upload(device_->begin_upload(plain, memory, kNoTicket).value()).ok());
    ASSERT_TRUE(
        device_->await_upload(device_->begin_upload(plain, memory, kNoTicket).value()).ok());
    runtime_->fail_pinned_after(1);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(pass(*streamer, false).ok());
    runtime_->compute(plain, memory);
    runtime_->finish_computing();
  }
  EXPECT_EQ(device_->kept_bytes(), 1024U);
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
}

TEST_F(AcceleratorDeviceTest, ReadersThatShareAPartGiveAllOfIt) {
  for (const size_t readers : {size_t{2}, size_t{3}, size_t{7}, size_t{40}}) {
    blocks_.clear();
    device_.reset();
    open(readers, /*stage_bytes=*/640, /*limit_bytes=*/1 << 20, readers);
    add_blocks({64, 130, 1000, 4097}, {true, false, true, false});
    const auto streamer = this->streamer(std::vector<bool>(4, false));
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(pass(*streamer, i == 0).ok());
    runtime_->finish_computing();
    EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{}) << readers;
    blocks_[1]->reads_until_failure = 2;
    streamer->begin_pass(false);
    ASSERT_TRUE(streamer->enter(0).ok());
    EXPECT_TRUE(fails_with(streamer->enter(1).status(), Reason::kBadWeights, {})) << readers;
  }
}

TEST_F(AcceleratorDeviceTest, NeitherRingNorKeptMemoryIsOutOfMemory) {
  open(4);
  add_blocks({100, 100}, {true, false});
  runtime_->fail_pinned_after(0);
  const auto streamer = this->streamer({false, true});
  streamer->begin_pass(false);
  EXPECT_TRUE(fails_with(streamer->enter(0).status(), Reason::kOutOfMemory, {}));
  runtime_->fail_pinned_after(-1);
  ASSERT_TRUE(goes_on(*streamer));
  runtime_->finish_computing();
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
}

TEST_F(AcceleratorDeviceTest, AReadThatFailsIsToldWhereItsBlockIsEntered) {
  for (const bool keeps : {false, true}) {
    blocks_.clear();
    device_.reset();
    open(5, /*stage_bytes=*/128);
    add_blocks({500, 500, 500}, {keeps, keeps, keeps});
    const auto streamer = this->streamer({false, false, false});
    blocks_[1]->reads_until_failure = 1;
    streamer->begin_pass(false);
    ASSERT_TRUE(streamer->enter(0).ok());
    EXPECT_TRUE(fails_with(streamer->enter(1).status(), Reason::kBadWeights, {"cut"}));
    ASSERT_TRUE(pass(*streamer, false).ok()) << "the next pass reads it again";
    runtime_->finish_computing();
    EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
  }
}

TEST_F(AcceleratorDeviceTest, AReadThatFailsHalfwayLeavesNothingKeptAndNoCopyBehind) {
  open(6, /*stage_bytes=*/128);
  add_blocks({(size_t{3} << 20) + 64}, {true});
  blocks_[0]->reads_until_failure = 2;
  const auto streamer = this->streamer({false});
  streamer->begin_pass(false);
  EXPECT_TRUE(fails_with(streamer->enter(0).status(), Reason::kBadWeights, {}));
  EXPECT_EQ(device_->kept_bytes(), 0U);
  ASSERT_TRUE(pass(*streamer, false).ok());
  runtime_->finish_computing();
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
}

TEST_F(AcceleratorDeviceTest, ACopyThatFailsIsAnErrorAndTheNextPassGoesOn) {
  for (const bool keeps : {false, true}) {
    blocks_.clear();
    device_.reset();
    open(7, /*stage_bytes=*/128);
    add_blocks({500, 500}, {keeps, keeps});
    const auto streamer = this->streamer({false, false});
    runtime_->fail_copies_after(keeps ? 0 : 2);
    EXPECT_TRUE(fails_with(pass(*streamer, false), Reason::kInferenceFailed, {}));
    runtime_->fail_copies_after(-1);
    ASSERT_TRUE(goes_on(*streamer));
    runtime_->finish_computing();
    EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
  }
}

TEST_F(AcceleratorDeviceTest, NoDeviceMemoryIsOutOfMemory) {
  open(8, /*stage_bytes=*/128, /*limit_bytes=*/1000);
  EXPECT_TRUE(fails_with(device_->allocate(1001).status(), Reason::kOutOfMemory, {}));
  EXPECT_TRUE(device_->allocate(1000).ok());
}

// The caller's thread must be free to put kernels into the queue while blocks that lie in pinned
// memory are still being copied.
TEST_F(AcceleratorDeviceTest, TheCallerNeverWaitsForACopyOfWhatIsKept) {
  open(9);
  add_blocks({512, 512, 512, 512}, {true, true, true, true});
  const auto streamer = this->streamer(std::vector<bool>(4, false));
  ASSERT_TRUE(pass(*streamer, false).ok());
  runtime_->hold_copies();
  // Would never come back if anything in it waited for the copies.
  ASSERT_TRUE(pass(*streamer, true).ok());
  ASSERT_TRUE(pass(*streamer, false).ok());
  runtime_->let_copies_go();
  runtime_->finish_computing();
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
}

TEST_F(AcceleratorDeviceTest, MemoryIsGivenBackInTheMiddleOfAPassWithoutHarm) {
  for (uint64_t seed = 20; seed < 32; ++seed) {
    Random random(seed);
    blocks_.clear();
    device_.reset();
    open(seed, /*stage_bytes=*/64);
    const std::vector<size_t> sizes(6, 600);
    add_blocks(sizes, random.flags(6));
    for (int i = 0; i < 4; ++i) {
      const auto streamer = this->streamer(std::vector<bool>(6, false));
      streamer->begin_pass(true);
      for (size_t block = 0; block < random.below(6); ++block) {
        const auto memory = streamer->enter(block);
        ASSERT_TRUE(memory.ok());
        runtime_->compute(*blocks_[block], *memory);
      }
    }
    runtime_->finish_computing();
    EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{}) << seed;
    EXPECT_EQ(runtime_->num_device(), 0U);
  }
}

TEST_F(AcceleratorDeviceTest, AMarkOfLongAgoIsAsGoodAsAnother) {
  open(10);
  KeepingBlock block(256, 3, /*keeps=*/false);
  std::byte* const memory = device_->allocate(256).value();
  const Ticket old = device_->mark_compute();
  for (int i = 0; i < 1000; ++i) device_->mark_compute();
  const auto upload = device_->begin_upload(block, memory, old);
  ASSERT_TRUE(upload.ok()) << upload.status();
  ASSERT_TRUE(device_->await_upload(*upload).ok());
  runtime_->compute(block, memory);
  runtime_->finish_computing();
  EXPECT_EQ(runtime_->hazards(), std::vector<std::string>{});
}

TEST_F(AcceleratorDeviceTest, AWrongMarkOrUploadIsAnError) {
  open(11);
  KeepingBlock block(64, 0, /*keeps=*/false);
  std::byte* const memory = device_->allocate(64).value();
  EXPECT_FALSE(device_->begin_upload(block, memory, /*after=*/77).ok());
  EXPECT_FALSE(device_->begin_upload(block, memory + 1, kNoTicket).ok());
  EXPECT_FALSE(device_->await_upload(77).ok());
  EXPECT_TRUE(device_->await_upload(kNoTicket).ok());
  EXPECT_TRUE(fails_with(AcceleratorDevice::create(runtime_, {.stage_bytes = 100}).status(),
                         Reason::kInvalidField, {"stage_bytes"}));
}

}  // namespace
}  // namespace easel
