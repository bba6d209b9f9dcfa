#include "engine/memory/memory_ledger.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace easel {
namespace {

TEST(MemoryLedgerTest, WeightsInATensorAreCountedOnce) {
  MemoryLedger ledger;
  ledger.add(MemoryTag::kTensors, 100);
  {
    const LedgerEntry weights(ledger, MemoryTag::kWeightTensors, 40);
    ledger.add(MemoryTag::kTensors, 40);
    EXPECT_EQ(ledger.now().weights, 40);
    EXPECT_EQ(ledger.now().activations, 100);
    EXPECT_EQ(ledger.now().total(), 140);
    ledger.add(MemoryTag::kTensors, -40);
  }
  EXPECT_EQ(ledger.now().weights, 0);
  EXPECT_EQ(ledger.now().activations, 100);
  EXPECT_EQ(ledger.at_peak().total(), 140);
}

TEST(MemoryLedgerTest, ThePeakIsWhatWasHeldWhenMostWas) {
  MemoryLedger ledger;
  ledger.add(MemoryTag::kWeights, 70);
  ledger.add(MemoryTag::kTensors, 10);
  ledger.add(MemoryTag::kWeights, -70);
  ledger.add(MemoryTag::kTensors, 50);
  ledger.add(MemoryTag::kPinned, 5);
  EXPECT_EQ(ledger.at_peak().weights, 70);
  EXPECT_EQ(ledger.at_peak().activations, 10) << "not its own highest";
  EXPECT_EQ(ledger.at_peak().pinned, 0);
  ledger.reset_peak();
  EXPECT_EQ(ledger.at_peak().weights, 0);
  EXPECT_EQ(ledger.at_peak().activations, 60);
  EXPECT_EQ(ledger.at_peak().pinned, 5);
}

TEST(MemoryLedgerTest, ManyThreadsLoseNothing) {
  MemoryLedger ledger;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        const LedgerEntry entry(ledger, MemoryTag::kWeights, 3);
        ledger.add(MemoryTag::kTensors, 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ledger.now().weights, 0);
  EXPECT_EQ(ledger.now().activations, 8000);
  EXPECT_LE(ledger.at_peak().total(), 8012);
}

}  // namespace
}  // namespace easel
