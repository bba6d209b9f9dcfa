#include "engine/memory/memory_preset.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kGB = 1'000'000'000;

TEST(MemoryPresetTest, TiersLeaveMoreOnLargerCards) {
  EXPECT_EQ(gpu_preset(48 * kGB).name, "24 GB and more");
  EXPECT_EQ(gpu_preset(16 * kGB).name, "12 to 24 GB");
  EXPECT_EQ(gpu_preset(10 * kGB).name, "8 to 12 GB");
  EXPECT_EQ(gpu_preset(6 * kGB).name, "less than 8 GB");
  EXPECT_EQ(gpu_preset(48 * kGB).budget_bytes, 48 * kGB - 1536 * kMiB);
  EXPECT_EQ(gpu_preset(6 * kGB).budget_bytes, 6 * kGB - 512 * kMiB);
}

TEST(MemoryPresetTest, ACardThatReportsALittleLessIsInItsTier) {
  EXPECT_EQ(gpu_preset(23'700'000'000).name, "24 GB and more");
  EXPECT_EQ(gpu_preset(11'900'000'000).name, "12 to 24 GB");
  EXPECT_EQ(gpu_preset(7'900'000'000).name, "8 to 12 GB");
}

TEST(MemoryPresetTest, SmallCardsDrawSmallerPictures) {
  EXPECT_EQ(gpu_preset(6 * kGB).side, 768);
  EXPECT_EQ(gpu_preset(8 * kGB).side, 1024);
}

TEST(MemoryPresetTest, NoMemoryIsNoBudget) {
  EXPECT_EQ(gpu_preset(100 * kMiB).budget_bytes, 0);
  EXPECT_EQ(cpu_preset(0).budget_bytes, 0);
}

TEST(MemoryPresetTest, ACpuKeepsAFifthForThePageCache) {
  EXPECT_EQ(cpu_preset(20 * kGB).budget_bytes, 16 * kGB);
}

}  // namespace
}  // namespace easel
