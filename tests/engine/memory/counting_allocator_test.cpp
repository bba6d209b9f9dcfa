#include "engine/memory/counting_allocator.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/memory/memory_ledger.h"

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kRounding = 8192;  // of the C library, for a large piece

TEST(CountingAllocatorTest, TensorsAreInTheLedgerForAsLongAsTheyLive) {
  count_cpu_tensors();
  count_cpu_tensors();  // once is enough
  const int64_t before = host_ledger().now().activations;
  at::Tensor tensor = at::empty({kMiB}, at::kFloat);
  EXPECT_NEAR(host_ledger().now().activations - before, 4 * kMiB, kRounding);
  at::Tensor view = tensor.narrow(0, 0, 10);
  tensor.reset();
  EXPECT_NEAR(host_ledger().now().activations - before, 4 * kMiB, kRounding) << "a view keeps it";
  view.reset();
  EXPECT_EQ(host_ledger().now().activations, before);
}

TEST(CountingAllocatorTest, ATensorThatGrowsIsCountedAsItIs) {
  count_cpu_tensors();
  const int64_t before = host_ledger().now().activations;
  {
    at::Tensor tensor = at::zeros({kMiB}, at::kByte);
    tensor.resize_({3 * kMiB});
    EXPECT_NEAR(host_ledger().now().activations - before, 3 * kMiB, kRounding);
    EXPECT_EQ(at::empty({0}).numel(), 0);
  }
  EXPECT_EQ(host_ledger().now().activations, before);
}

}  // namespace
}  // namespace easel
