#include "engine/autoencoders/vae_steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/engine/autoencoders/published_vae.h"

namespace easel::testing {
namespace {

// The decoder's finest level: the doubling, three residual blocks, the pixels.
constexpr VaeSegment kFinest{10, 14, /*tiled=*/true};

TEST(VaeStepsTest, AMapGoesFromEachStepToTheNext) {
  for (const VaeHalf half : {VaeHalf::kEncoder, VaeHalf::kDecoder}) {
    const std::vector<VaeStep> steps = vae_steps(published_vae(), half);
    ASSERT_EQ(steps.size(), half == VaeHalf::kDecoder ? 1u + 4 * 3 + 1 : 4u * 2 + 1);
    for (size_t i = 0; i + 1 < steps.size(); ++i) {
      EXPECT_EQ(steps[i].out_channels, steps[i + 1].entry_channels) << i;
      EXPECT_EQ(steps[i].exit_scale, steps[i + 1].entry_scale) << i;
    }
  }
}

TEST(VaeStepsTest, APassStopsBeforeEachNormAndTheLastGoesToTheEnd) {
  const std::vector<VaeStep> steps = vae_steps(published_vae(), VaeHalf::kDecoder);
  ASSERT_EQ(num_vae_passes(steps, kFinest), 3 * 2 + 1 + 1);
  const VaePass third = vae_pass(steps, kFinest, 2), fourth = vae_pass(steps, kFinest, 3),
                last = vae_pass(steps, kFinest, 7);
  EXPECT_EQ(third.step, 11u);
  EXPECT_EQ(third.norm, 0);
  EXPECT_EQ(fourth.step, 11u);
  EXPECT_EQ(fourth.norm, 1);
  EXPECT_EQ(last.step, kFinest.end);
  EXPECT_EQ(last.exit_scale, 8);
}

TEST(VaeStepsTest, AMarginReachesAsFarAsTheConvolutionsDo) {
  const std::vector<VaeStep> steps = vae_steps(published_vae(), VaeHalf::kDecoder);
  // Eight convolutions at the scale of pixels are four of the map before the doubling.
  const TileAxis axis(128, 16);
  EXPECT_EQ(vae_tile_input(steps, kFinest, axis, 1), (VaeRange{16 * 4 - 4, 32 * 4 + 4}));
}

TEST(VaeStepsTest, EveryTileTakesAsMuchAndNothingBeyondTheMap) {
  const std::vector<VaeStep> steps = vae_steps(published_vae(), VaeHalf::kDecoder);
  const TileAxis axis(33, 8);
  for (int64_t i = 0; i < axis.num_tiles(); ++i) {
    const VaeRange input = vae_tile_input(steps, kFinest, axis, i);
    EXPECT_EQ(input.length(), 7 * 4 + 8);
    EXPECT_GE(input.begin, 0);
    EXPECT_LE(input.end, 33 * 4);
  }
}

// Which positions a position is made of, of an operation that doubles or halves or neither.
enum class Op { kConvolve, kDouble, kHalve };
std::set<int64_t> read_by(Op op, int64_t at) {
  if (op == Op::kDouble) return {at / 2};
  if (op == Op::kHalve) return {2 * at, 2 * at + 1, 2 * at + 2};
  return {at - 1, at, at + 1};
}

// The positions that `needed` after the operation is made of, within `length` before it.
std::set<int64_t> before(Op op, const std::set<int64_t>& needed, int64_t length) {
  std::set<int64_t> read;
  for (const int64_t position : needed) {
    for (const int64_t one : read_by(op, position)) {
      if (one >= 0 && one < length) read.insert(one);
    }
  }
  return read;
}

// Position by position, step by step, from the segment's end.
std::set<int64_t> all_needed(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                             const VaeRange& tile, int64_t latents) {
  const int64_t scale = steps[segment.end - 1].exit_scale;
  std::set<int64_t> needed;
  for (int64_t p = tile.begin * scale; p < tile.end * scale; ++p) needed.insert(p);
  for (size_t i = segment.end; i-- > segment.begin;) {
    const VaeStep& step = steps[i];
    const int64_t inside = latents * step.scale;
    if (step.halves()) needed = before(Op::kHalve, needed, inside);
    for (int64_t norm = 0; norm < step.num_norms(); ++norm)
      needed = before(Op::kConvolve, needed, inside);
    if (step.enters_by_convolution) needed = before(Op::kConvolve, needed, inside);
    if (step.doubles()) needed = before(Op::kDouble, needed, latents * step.entry_scale);
  }
  return needed;
}

TEST(VaeStepsTest, AMarginHoldsAllThatATileDependsOn) {
  for (const VaeHalf half : {VaeHalf::kEncoder, VaeHalf::kDecoder}) {
    const std::vector<VaeStep> steps = vae_steps(published_vae(), half);
    const size_t first = half == VaeHalf::kDecoder ? 1 : 0, end = first + steps.size() - 1;
    for (size_t begin = first; begin < end; ++begin) {
      const VaeSegment segment{begin, end, /*tiled=*/true};
      for (const int64_t length : {24, 61}) {
        const TileAxis axis(length, 8);
        for (int64_t i = 0; i < axis.num_tiles(); ++i) {
          const VaeRange input = vae_tile_input(steps, segment, axis, i);
          const std::set<int64_t> needed = all_needed(steps, segment, axis.tile(i), length);
          EXPECT_LE(input.begin, *needed.begin()) << begin << " " << i;
          EXPECT_GT(input.end, *needed.rbegin()) << begin << " " << i;
          const int64_t halved =
              std::max<int64_t>(1, steps[begin].entry_scale / steps[segment.end - 1].exit_scale);
          EXPECT_EQ(input.begin % halved, 0) << begin << " " << i;
          EXPECT_EQ(input.length() % halved, 0) << begin << " " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace easel::testing
