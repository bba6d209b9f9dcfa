// What a budget on a GPU leaves for the plan; no GPU is needed to say so.
#include "engine/runtime/gpu_memory.h"

#include <gtest/gtest.h>

#include "engine/memory/torch_accelerator.h"

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kGiB = int64_t{1} << 30;

GpuMemory memory(int64_t beside, int64_t reserved) {
  return {.total = 80 * kGiB, .free = 80 * kGiB - beside - reserved, .reserved = reserved};
}

TEST(GpuMemoryTest, WhatTheDriverCountsBesideTheAllocatorIsTakenFromTheBudget) {
  EXPECT_EQ(bytes_beside_allocator(memory(900 * kMiB, 3 * kGiB)), 900 * kMiB);
}

TEST(GpuMemoryTest, AContextThatHasLoadedFewKernelsYetCountsAsOneThatHasLoadedAll) {
  EXPECT_EQ(bytes_beside_allocator(memory(200 * kMiB, 0)), 640 * kMiB);
}

TEST(GpuMemoryTest, WhatOtherProcessesTakeIsNotOurs) {
  EXPECT_EQ(bytes_beside_allocator(memory(30 * kGiB, kGiB)), 640 * kMiB);
}

TEST(GpuMemoryTest, AllocatorAndContextTogetherStayWithinTheBudget) {
  const GpuMemory now = memory(900 * kMiB, 0);
  const double share = allocator_share(8 * kGiB, now);
  EXPECT_NEAR(share * static_cast<double>(now.total), static_cast<double>(8 * kGiB - 900 * kMiB),
              1);
  EXPECT_EQ(allocator_share(100 * kMiB, now), 0);
  EXPECT_EQ(allocator_share(100 * kGiB, now), 1);
  EXPECT_EQ(allocator_share(kGiB, GpuMemory{}), 1) << "a driver that says nothing bounds nothing";
}

TEST(GpuMemoryTest, ThePlansBaseHasRoomForWorkspacesWithinTheCap) {
  const MemoryLimits limits = gpu_limits(8 * kGiB, 0, memory(900 * kMiB, 5 * kGiB), 64 * kGiB);
  EXPECT_EQ(limits.budget_bytes, 8 * kGiB);
  EXPECT_GT(limits.base_bytes, 900 * kMiB);
  EXPECT_EQ(limits.base_bytes, gpu_base_bytes(memory(900 * kMiB, 0)));
  EXPECT_FALSE(limits.device_is_host);
}

TEST(GpuMemoryTest, AGpuThatIsNotHereIsPlannedForWithWhatIsUsual) {
  EXPECT_EQ(gpu_base_bytes(GpuMemory{}), gpu_base_bytes(memory(300 * kMiB, 0)));
}

TEST(GpuMemoryTest, CopiesThatAreKeptAlreadyMayStay) {
  const GpuMemory now = memory(900 * kMiB, 0);
  const MemoryLimits before = gpu_limits(8 * kGiB, 0, now, 40 * kGiB);
  const MemoryLimits after = gpu_limits(8 * kGiB, 18 * kGiB, now, 22 * kGiB);
  EXPECT_EQ(after.host_bytes, before.host_bytes);
  EXPECT_EQ(after.pinned_bytes, before.pinned_bytes);
}

TEST(GpuMemoryTest, WithoutAGpuThereIsNoFigureAndNoRuntime) {
  const at::Device cuda(at::kCUDA, 0);
  EXPECT_EQ(read_gpu_memory(cuda).total, 0);
  EXPECT_FALSE(make_torch_accelerator(cuda).ok());
}

}  // namespace
}  // namespace easel
