// What a model under a memory budget knows of the process, and tells of its plan.
#include <gtest/gtest.h>
#include <malloc.h>

#include <vector>

#include "base/process_memory.h"
#include "engine/runtime/memory_limits.h"
#include "tests/engine/runtime/tiny_model.h"

namespace easel::testing {
namespace {

constexpr int64_t kBudgetBytes = int64_t{1} << 40;
constexpr int64_t kBlockBytes = 64 << 20;

std::unique_ptr<Model> open_within_budget() {
  ModelOptions options;
  options.path = tiny_model_path("dev_a");
  options.dtype = ComputeDtype::kFp32;
  options.memory_budget_bytes = kBudgetBytes;
  return open_model(options).value();
}

// Of the budget, what the process has taken already that is not `held`.
int64_t base_bytes(const HeldBytes& held = {}) {
  return limits_reader(kBudgetBytes, ComputeOptions()).value()(held).base_bytes;
}

TEST(BudgetedModelTest, TheResultTellsBudgetAndPlannedPeak) {
  const auto model = open_within_budget();
  trim_free_memory();
  const int64_t before = resident_bytes();
  const auto result = model->generate(small_request(), {}, CancelToken());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->memory.budget_bytes, kBudgetBytes);
  ASSERT_TRUE(result->memory.planned_peak_bytes.has_value());
  // With the process itself in it, which is most of a tiny model's.
  EXPECT_GT(*result->memory.planned_peak_bytes, before * 3 / 4);
  EXPECT_LT(*result->memory.planned_peak_bytes, before * 3);
}

TEST(BudgetedModelTest, WhatTheProcessHoldsBesideTheModelIsTakenFromTheBudget) {
  const int64_t before = base_bytes();
  const std::vector<char> block(static_cast<size_t>(kBlockBytes), 1);
  const int64_t with_block = base_bytes();
  EXPECT_GT(with_block - before, kBlockBytes * 3 / 4);
  EXPECT_LT(base_bytes({.weights = kBlockBytes}), with_block - kBlockBytes * 3 / 4);
  EXPECT_EQ(base_bytes({.weights = kBudgetBytes}), 0);
}

#ifndef __SANITIZE_ADDRESS__  // which has a heap of its own

TEST(BudgetedModelTest, WhatWasFreedIsNotTaken) {
  const int64_t before = base_bytes();
  std::vector<std::vector<char>> pieces(1024);
  for (auto& piece : pieces) piece.assign(static_cast<size_t>(kBlockBytes) / pieces.size(), 1);
  EXPECT_GT(resident_bytes() - before, kBlockBytes * 3 / 4);
  pieces.erase(pieces.begin(), pieces.end() - 1);  // the last one keeps the heap from shrinking
  EXPECT_LT(base_bytes() - before, kBlockBytes / 4);
}

TEST(BudgetedModelTest, LargePiecesAreMappedByThemselvesFromThenOn) {
  const auto model = open_within_budget();
  // A piece of this size that is freed makes the C library keep the next ones in its heap.
  std::vector<char>(24 << 20, 1).clear();
  const size_t mapped = ::mallinfo2().hblks;
  const std::vector<char> piece(4 << 20, 1);
  EXPECT_EQ(::mallinfo2().hblks, mapped + 1) << piece.size();
}

#endif

}  // namespace
}  // namespace easel::testing
