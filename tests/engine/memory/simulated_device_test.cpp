#include "engine/memory/simulated_device.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/engine/memory/streaming_fixture.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using std::chrono::milliseconds;
using testing::PatternBlock;

// Uploads of 1000 bytes take a second.
class SimulatedDeviceTest : public ::testing::Test {
 protected:
  Ticket upload(const BlockSource& source, std::byte* memory, Ticket after) {
    return *device_.begin_upload(source, memory, after);
  }

  SimulatedDevice device_{{.limit_bytes = 4000, .bytes_per_second = 1000, .real_memory = true}};
  PatternBlock first_{1000, 1};
  PatternBlock second_{1000, 2};
};

TEST_F(SimulatedDeviceTest, RefusesWhatIsBeyondItsLimit) {
  std::byte* const memory = *device_.allocate(3000);
  EXPECT_TRUE(fails_with(device_.allocate(1001).status(), Reason::kOutOfMemory,
                         {"1001 bytes", "1000 of 4000"}));
  EXPECT_TRUE(device_.allocate(1000).ok());
  device_.release(memory);
  EXPECT_EQ(device_.bytes_held(), 1000u);
  EXPECT_EQ(device_.peak_bytes(), 4000u);
}

TEST_F(SimulatedDeviceTest, UploadsOneAfterTheOtherBesideComputing) {
  std::byte* const a = *device_.allocate(1000);
  std::byte* const b = *device_.allocate(1000);
  const Ticket first = upload(first_, a, kNoTicket);
  const Ticket second = upload(second_, b, kNoTicket);
  device_.compute(milliseconds(300), nullptr);
  EXPECT_EQ(device_.now(), milliseconds(300));
  EXPECT_TRUE(device_.await_upload(first).ok());
  EXPECT_EQ(device_.now(), milliseconds(1000));
  device_.compute(milliseconds(500), a);
  EXPECT_TRUE(first_.is_at(a));
  EXPECT_TRUE(device_.await_upload(second).ok());
  EXPECT_EQ(device_.now(), milliseconds(2000));
  EXPECT_EQ(device_.bytes_uploaded(), 2000u);
  EXPECT_TRUE(device_.hazards().empty());
}

TEST_F(SimulatedDeviceTest, BeginsAnUploadBehindItsMark) {
  std::byte* const memory = *device_.allocate(1000);
  EXPECT_TRUE(device_.await_upload(upload(first_, memory, kNoTicket)).ok());
  device_.compute(milliseconds(700), memory);
  const Ticket second = upload(second_, memory, device_.mark_compute());
  device_.compute(milliseconds(900), nullptr);
  EXPECT_TRUE(first_.is_at(memory));
  EXPECT_TRUE(device_.await_upload(second).ok());
  EXPECT_EQ(device_.now(), milliseconds(1000 + 700 + 1000));
  EXPECT_TRUE(device_.hazards().empty());
}

TEST_F(SimulatedDeviceTest, BeginsNoUploadBeforeAHostThatComputesAskedForIt) {
  for (const bool host_computes : {false, true}) {
    SimulatedDevice device({.bytes_per_second = 1000, .host_computes = host_computes});
    std::byte* const memory = *device.allocate(1000);
    device.compute(milliseconds(600), nullptr);
    EXPECT_TRUE(device.await_upload(*device.begin_upload(first_, memory, kNoTicket)).ok());
    EXPECT_EQ(device.now(), milliseconds(host_computes ? 1600 : 1000));
  }
}

TEST_F(SimulatedDeviceTest, RecordsThatMemoryInUseIsOverwritten) {
  std::byte* const memory = *device_.allocate(1000);
  EXPECT_TRUE(device_.await_upload(upload(first_, memory, kNoTicket)).ok());
  const Ticket too_early = device_.mark_compute();
  device_.compute(milliseconds(100), memory);
  upload(second_, memory, too_early);
  EXPECT_EQ(device_.hazards().size(), 1u);
}

TEST_F(SimulatedDeviceTest, RecordsThatMemoryIsUsedWhileItIsFilled) {
  std::byte* const memory = *device_.allocate(1000);
  upload(first_, memory, kNoTicket);
  device_.compute(milliseconds(100), nullptr);
  device_.compute(milliseconds(100), memory);
  EXPECT_EQ(device_.hazards().size(), 1u);
  EXPECT_EQ(memory[0], SimulatedDevice::kUnfinishedByte);
}

TEST_F(SimulatedDeviceTest, RecordsTicketsAndMemoryThatThereAreNot) {
  std::byte* const memory = *device_.allocate(500);
  EXPECT_FALSE(device_.begin_upload(first_, memory, kNoTicket).ok());
  EXPECT_FALSE(device_.await_upload(77).ok());
  device_.release(memory);
  device_.release(memory);
  device_.compute(milliseconds(1), memory);
  EXPECT_EQ(device_.hazards().size(), 4u);
}

TEST_F(SimulatedDeviceTest, FailsTheAllocationAndTheReadThatItWasAskedFor) {
  device_.fail_allocation(2);
  device_.fail_read(2);
  std::byte* const memory = *device_.allocate(1000);
  EXPECT_TRUE(fails_with(device_.allocate(1).status(), Reason::kOutOfMemory, {}));
  EXPECT_TRUE(device_.allocate(1).ok());
  EXPECT_TRUE(device_.await_upload(upload(first_, memory, kNoTicket)).ok());
  EXPECT_TRUE(fails_with(device_.await_upload(upload(second_, memory, kNoTicket)),
                         Reason::kBadWeights, {}));
  EXPECT_TRUE(device_.await_upload(upload(second_, memory, kNoTicket)).ok());
}

}  // namespace
}  // namespace easel
