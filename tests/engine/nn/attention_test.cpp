#include "engine/nn/attention.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <gtest/gtest.h>

#include "base/process_memory.h"
#include "engine/nn/attention_limit.h"
#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

constexpr int64_t kMiB = 1 << 20;

at::Tensor random(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed),
                   at::TensorOptions(at::kFloat));
}

struct Shape {
  int64_t batch, heads, queries, keys, head_dim;
};
constexpr Shape kShapes[] = {
    {1, 1, 1, 1, 8},  {1, 1, 64, 64, 512},  {2, 3, 17, 17, 16},
    {2, 4, 33, 9, 8}, {3, 2, 100, 100, 32}, {1, 2, 7, 120, 64},
};

// Torch's plain backend, which holds all scores, as a GPU without a fitting kernel does.
class ChunkedAttentionTest : public ::testing::Test {
 protected:
  void SetUp() override { at::globalContext().setSDPUseFlash(false); }
  void TearDown() override { at::globalContext().setSDPUseFlash(true); }
};

// `compute` gets q, k, v; whole against chunks of every size from one query up.
template <typename Compute>
void expect_chunks_equal_whole(const Shape& shape, const Compute& compute) {
  const at::Tensor q = random({shape.batch, shape.queries, shape.heads, shape.head_dim}, 1);
  const at::Tensor k = random({shape.batch, shape.keys, shape.heads, shape.head_dim}, 2);
  const at::Tensor v = random({shape.batch, shape.keys, shape.heads, shape.head_dim}, 3);
  const at::Tensor whole = compute(q, k, v);
  for (int64_t chunk = 1; chunk <= shape.queries; chunk = 2 * chunk + 1) {
    const AttentionLimit limit(attention_score_bytes(shape.batch, shape.heads, chunk, shape.keys));
    EXPECT_TRUE(close(compute(q, k, v), whole, kChunkedAttention)) << shape.queries << " " << chunk;
  }
}

TEST_F(ChunkedAttentionTest, ChunksGiveWhatTheWholeGives) {
  for (const Shape& shape : kShapes) {
    expect_chunks_equal_whole(
        shape, [](const auto& q, const auto& k, const auto& v) { return attention(q, k, v); });
  }
}

TEST_F(ChunkedAttentionTest, CausalChunksSeeNoMoreThanTheWhole) {
  for (const Shape& shape : kShapes) {
    expect_chunks_equal_whole(shape, [](const auto& q, const auto& k, const auto& v) {
      return causal_attention(q, k, v);
    });
  }
}

TEST_F(ChunkedAttentionTest, ABiasIsCutWithItsQueries) {
  for (const Shape& shape : kShapes) {
    for (const int64_t bias_batch : {int64_t{1}, shape.batch}) {
      const at::Tensor bias = random({bias_batch, shape.heads, shape.queries, shape.keys}, 4);
      expect_chunks_equal_whole(shape, [&](const auto& q, const auto& k, const auto& v) {
        return biased_attention(q, k, v, bias, /*scale=*/0.7);
      });
    }
  }
}

TEST_F(ChunkedAttentionTest, TheScoresStayWithinTheLimit) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what was freed";
#endif
  const Shape shape{1, 2, 2048, 2048, 64};
  const at::Tensor q = random({1, shape.queries, shape.heads, shape.head_dim}, 1);
  const auto peak = [&](int64_t limit_bytes) {
    const AttentionLimit limit(limit_bytes);
    trim_free_memory();
    reset_peak_resident_bytes();
    const int64_t before = resident_bytes();
    attention(q, q, q);
    return peak_resident_bytes() - before;
  };
  peak(0);
  const int64_t all = attention_score_bytes(1, shape.heads, shape.queries, shape.keys);
  ASSERT_EQ(all, 64 * kMiB);
  EXPECT_GE(peak(0), all * 3 / 4);
  EXPECT_LE(peak(4 * kMiB), 24 * kMiB);
}

// torch's fused kernel on a CPU holds no scores: to cut it up would only cost time.
TEST(AttentionLimitTest, AFusedKernelIsLeftWhole) {
  const at::Tensor q = random({1, 40, 2, 16}, 1);
  const at::Tensor whole = attention(q, q, q);
  const AttentionLimit limit(1);
  EXPECT_TRUE(at::equal(attention(q, q, q), whole));
}

TEST(AttentionLimitTest, TheLimitBeforeComesBack) {
  EXPECT_EQ(AttentionLimit::bytes(), 0);
  {
    const AttentionLimit outer(100);
    {
      const AttentionLimit inner(7);
      EXPECT_EQ(AttentionLimit::bytes(), 7);
    }
    EXPECT_EQ(AttentionLimit::bytes(), 100);
  }
  EXPECT_EQ(AttentionLimit::bytes(), 0);
}

TEST(AttentionLimitTest, AChunkIsTheMostThatFitsAndAtLeastOneQuery) {
  EXPECT_EQ(attention_chunk(2, 3, 50, 10, 0), 50);
  EXPECT_EQ(attention_chunk(2, 3, 50, 10, 1), 1);
  EXPECT_EQ(attention_chunk(2, 3, 50, 10, attention_score_bytes(2, 3, 7, 10)), 7);
  EXPECT_EQ(attention_chunk(2, 3, 50, 10, attention_score_bytes(2, 3, 8, 10) - 1), 7);
  EXPECT_EQ(attention_chunk(2, 3, 50, 10, attention_score_bytes(2, 3, 51, 10)), 50);
}

}  // namespace
}  // namespace easel::testing
