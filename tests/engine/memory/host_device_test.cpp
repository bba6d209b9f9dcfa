#include "engine/memory/host_device.h"

#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <utility>
#include <vector>

#include "engine/memory/block_streamer.h"
#include "engine/memory/memory_ledger.h"
#include "tests/engine/memory/streaming_fixture.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using testing::PatternBlock;
using testing::PatternBlocks;
using testing::Random;

// A block whose read waits until it may go on, and tells that it has begun.
class GatedBlock : public BlockSource {
 public:
  size_t bytes() const override { return 64; }
  absl::Status read_part(size_t, size_t, std::byte* target) const override {
    ++num_reads;
    begun.set_value();
    gate.get_future().wait();
    *target = std::byte{7};
    return absl::OkStatus();
  }

  mutable std::atomic<int> num_reads{0};
  mutable std::promise<void> begun;
  mutable std::promise<void> gate;
};

class ThrowingBlock : public BlockSource {
 public:
  explicit ThrowingBlock(bool standard) : standard_(standard) {}
  size_t bytes() const override { return 64; }
  absl::Status read_part(size_t, size_t, std::byte*) const override {
    if (standard_) throw std::runtime_error("the disk is on fire");
    throw 7;
  }

 private:
  bool standard_;
};

std::unique_ptr<HostDevice> make_device(double bytes_per_second = 0) {
  auto device = HostDevice::create({.bytes_per_second = bytes_per_second});
  EXPECT_TRUE(device.ok()) << device.status();
  return *std::move(device);
}

TEST(HostDeviceTest, StreamsTheRightBytesUnderRandomPlans) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const PatternBlocks blocks(random.sizes(random.between(1, 12), 0, 20'000));
    const size_t count = blocks.sources.size();
    const auto device = make_device();
    auto streamer =
        BlockStreamer::create(*device, {blocks.sources, random.flags(count), random.between(1, 4)});
    ASSERT_TRUE(streamer.ok());
    for (int pass = 0; pass < 4; ++pass) {
      (*streamer)->begin_pass(random.below(2) == 1);
      const size_t end = random.below(3) == 0 ? random.below(count + 1) : count;
      for (size_t i = 0; i < end; ++i) {
        const auto memory = (*streamer)->enter(i);
        ASSERT_TRUE(memory.ok()) << memory.status();
        ASSERT_TRUE(*memory == nullptr || blocks.owned[i]->is_at(*memory)) << seed << ' ' << i;
      }
    }
  }
}

TEST(HostDeviceTest, ReadsWhileTheCallerComputes) {
  const auto device = make_device();
  GatedBlock block;
  std::byte* const memory = *device->allocate(64);
  const Ticket ticket = *device->begin_upload(block, memory, kNoTicket);
  block.begun.get_future().wait();  // on the caller's thread this would never return
  block.gate.set_value();
  EXPECT_TRUE(device->await_upload(ticket).ok());
  EXPECT_EQ(*memory, std::byte{7});
}

TEST(HostDeviceTest, TellsWhoAwaitsWhatTheReadSaid) {
  class CutBlock : public PatternBlock {
   public:
    CutBlock() : PatternBlock(64, 1) {}
    absl::Status read_part(size_t, size_t, std::byte*) const override {
      return bad_weights("a.safetensors was cut");
    }
  };
  const auto device = make_device();
  std::byte* const memory = *device->allocate(64);
  const CutBlock block;
  const Ticket ticket = *device->begin_upload(block, memory, kNoTicket);
  EXPECT_TRUE(fails_with(device->await_upload(ticket), Reason::kBadWeights, {"a.safetensors"}));
  EXPECT_FALSE(device->await_upload(ticket).ok());  // it is over
  EXPECT_TRUE(device->await_upload(kNoTicket).ok());
}

// Bytes in a mapped file: counts how often they come and go.
class MappedBlock : public PatternBlock {
 public:
  MappedBlock() : PatternBlock(64, 1) {}
  size_t in_place_bytes() const override { return 64; }
  absl::Status read_part(size_t, size_t, std::byte*) const override {
    ++come;
    return absl::OkStatus();
  }
  void let_go() const override { ++gone; }

  mutable std::atomic<int> come{0}, gone{0};
};

TEST(HostDeviceTest, WhatABlockUsesInItsFileGoesBeforeTheNextBlockComes) {
  class Next : public PatternBlock {
   public:
    explicit Next(const MappedBlock& before) : PatternBlock(64, 2), before_(before) {}
    absl::Status read_part(size_t, size_t, std::byte*) const override {
      EXPECT_EQ(before_.gone, 1);
      return absl::OkStatus();
    }

   private:
    const MappedBlock& before_;
  };
  const MappedBlock first;
  const Next next(first);
  const auto device = make_device();
  std::byte* const memory = *device->allocate(64);
  ASSERT_TRUE(device->await_upload(*device->begin_upload(first, memory, kNoTicket)).ok());
  EXPECT_EQ(first.come, 1);
  EXPECT_EQ(first.gone, 0);
  ASSERT_TRUE(device->await_upload(*device->begin_upload(next, memory, kNoTicket)).ok());
  device->release(memory);
  EXPECT_EQ(first.gone, 1);
}

TEST(HostDeviceTest, WhatABlockUsesInItsFileGoesWithItsMemory) {
  const MappedBlock block;
  const auto device = make_device();
  std::byte* const memory = *device->allocate(64);
  ASSERT_TRUE(device->await_upload(*device->begin_upload(block, memory, kNoTicket)).ok());
  device->release(memory);
  EXPECT_EQ(block.gone, 1);
}

TEST(HostDeviceTest, ASlotCountsWhatTheBlockInItUsesInItsFile) {
  const auto held = [before = host_ledger().now().weights] {
    return host_ledger().now().weights - before;
  };
  const MappedBlock mapped;  // of 64 bytes
  const PatternBlock copied(64, 2);
  const auto device = make_device();
  std::byte* const memory = *device->allocate(4096);
  EXPECT_EQ(held(), 4096);
  const auto is_resident = [&] {
    unsigned char flag = 0;
    EXPECT_EQ(::mincore(memory, 4096, &flag), 0);
    return (flag & 1) != 0;
  };
  for (const auto& [block, bytes] :
       {std::pair<const BlockSource*, int64_t>{&mapped, 64}, {&copied, 4096}, {&mapped, 64}}) {
    ASSERT_TRUE(device->await_upload(*device->begin_upload(*block, memory, kNoTicket)).ok());
    EXPECT_EQ(held(), bytes);
    EXPECT_EQ(is_resident(), block == &copied) << "what was copied goes back to the system";
  }
  host_ledger().reset_peak();
  const int64_t peak = host_ledger().at_peak().weights;
  device->release(memory);
  EXPECT_EQ(held(), 0);
  EXPECT_EQ(host_ledger().at_peak().weights, peak) << "releasing counts nothing more";
}

TEST(HostDeviceTest, AStreamerHoldsWhatItsBlocksUseInTheirFile) {
  const MappedBlock mapped;  // of 64 bytes
  const PatternBlock copied(1024, 2);
  const auto device = make_device();
  const auto streamer =
      *BlockStreamer::create(*device, {{&mapped, &copied}, {false, false}, /*num_slots=*/1});
  EXPECT_EQ(streamer->bytes_held(), 1024u);
  streamer->begin_pass(/*another_follows=*/false);
  ASSERT_TRUE(streamer->enter(0).ok());
  EXPECT_EQ(streamer->bytes_held(), 64u);
  ASSERT_TRUE(streamer->enter(1).ok());
  EXPECT_EQ(streamer->bytes_held(), 1024u);
}

TEST(HostDeviceTest, TurnsWhatAReadThrowsIntoAnError) {
  const auto device = make_device();
  std::byte* const memory = *device->allocate(64);
  for (const bool standard : {true, false}) {
    const ThrowingBlock block(standard);
    const Ticket ticket = *device->begin_upload(block, memory, kNoTicket);
    EXPECT_TRUE(fails_with(device->await_upload(ticket), Reason::kInferenceFailed,
                           {standard ? "on fire" : "unknown exception"}));
  }
}

TEST(HostDeviceTest, AnUploadThatWasNotAwaitedGivesWayToTheNext) {
  const auto device = make_device();
  GatedBlock running;
  GatedBlock waiting;
  const PatternBlock last(64, 3);
  std::byte* const first = *device->allocate(64);
  std::byte* const second = *device->allocate(64);
  const Ticket ticket = *device->begin_upload(running, first, kNoTicket);
  running.begun.get_future().wait();
  EXPECT_TRUE(device->begin_upload(waiting, second, kNoTicket).ok());
  const Ticket after = *device->begin_upload(last, second, kNoTicket);
  running.gate.set_value();
  EXPECT_TRUE(device->await_upload(after).ok());
  EXPECT_TRUE(device->await_upload(ticket).ok());
  EXPECT_TRUE(last.is_at(second));
  EXPECT_EQ(waiting.num_reads, 0);
}

TEST(HostDeviceTest, EndsInTheMiddleOfReads) {
  GatedBlock running;
  const PatternBlock waiting(64, 3);
  auto device = make_device();
  std::byte* const first = *device->allocate(64);
  EXPECT_TRUE(device->begin_upload(running, first, kNoTicket).ok());
  EXPECT_TRUE(device->begin_upload(waiting, *device->allocate(64), kNoTicket).ok());
  running.begun.get_future().wait();
  auto ended = std::async(std::launch::async, [&] { device.reset(); });
  running.gate.set_value();
  ended.get();
}

TEST(HostDeviceTest, GivesMemoryBackToTheSystemAtOnce) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto device = make_device();
  std::byte* const memory = *device->allocate(4 * page);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % kWeightAlignment, 0u);
  const PatternBlock block(4 * page, 1);
  EXPECT_TRUE(device->await_upload(*device->begin_upload(block, memory, kNoTicket)).ok());
  std::vector<unsigned char> there(4);
  EXPECT_EQ(mincore(memory, 4 * page, there.data()), 0);
  device->release(memory);
  EXPECT_EQ(mincore(memory, 4 * page, there.data()), -1);
  EXPECT_EQ(errno, ENOMEM);
}

TEST(HostDeviceTest, SaysOutOfMemoryWhenTheSystemHasNone) {
  const auto device = make_device();
  EXPECT_TRUE(fails_with(device->allocate(size_t{1} << 60).status(), Reason::kOutOfMemory,
                         {"1152921504606846976 bytes"}));
}

TEST(HostDeviceTest, IsNoFasterThanItWasAskedToBe) {
  const auto device = make_device(/*bytes_per_second=*/1e6);
  const PatternBlock block(20'000, 1);
  std::byte* const memory = *device->allocate(20'000);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(device->await_upload(*device->begin_upload(block, memory, kNoTicket)).ok());
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(60));
}

TEST(HostDeviceTest, ASlowUploadDoesNotHoldUpTheEnd) {
  const auto begin = std::chrono::steady_clock::now();
  const PatternBlock block(64, 1);
  {
    const auto device = make_device(/*bytes_per_second=*/64.0 / 3600);
    EXPECT_TRUE(device->begin_upload(block, *device->allocate(64), kNoTicket).ok());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(30));
}

}  // namespace
}  // namespace easel
