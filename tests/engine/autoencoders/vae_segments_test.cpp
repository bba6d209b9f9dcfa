#include "engine/autoencoders/vae_segments.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/autoencoders/published_vae.h"

namespace easel::testing {
namespace {

constexpr VaeHalf kHalves[] = {VaeHalf::kEncoder, VaeHalf::kDecoder};
constexpr int64_t kSides[] = {8, 16, 24, 32, 48, 64, 96, 128, 192};

int64_t peak_values(VaeHalf half, const VaeSizes& sizes) {
  const std::vector<VaeStep> steps = vae_steps(published_vae(), half);
  int64_t most = 0;
  for (const VaeSegment& segment : vae_segments(published_vae(), half, sizes))
    most = std::max(most, vae_segment_peak(steps, segment, sizes).values);
  return most;
}

TEST(VaeSegmentsTest, AllStepsInOrderAndOnlyTheMiddleBlocksOnesWhole) {
  for (const VaeHalf half : kHalves) {
    const std::vector<VaeStep> steps = vae_steps(published_vae(), half);
    for (const int64_t side : kSides) {
      size_t end = 0;
      for (const VaeSegment& segment : vae_segments(published_vae(), half, {128, 160, side})) {
        EXPECT_EQ(segment.begin, end);
        EXPECT_LT(segment.begin, segment.end);
        end = segment.end;
        const bool has_middle =
            half == VaeHalf::kDecoder ? segment.begin == 0 : end == steps.size();
        EXPECT_EQ(segment.tiled, !has_middle);
      }
      EXPECT_EQ(end, steps.size());
    }
  }
}

TEST(VaeSegmentsTest, OneTileIsOneSegment) {
  for (const VaeHalf half : kHalves) {
    for (const int64_t side : {0, 64, 200})
      EXPECT_EQ(vae_segments(published_vae(), half, {64, 64, side}).size(), 1u) << side;
  }
}

TEST(VaeSegmentsTest, SmallTilesTakeAFractionOfTheMemory) {
  for (const int64_t length : {128, 256}) {
    const int64_t whole = peak_values(VaeHalf::kDecoder, {length, length, 0});
    EXPECT_LE(peak_values(VaeHalf::kDecoder, {length, length, length / 2}), whole * 6 / 10)
        << length;
    EXPECT_LE(peak_values(VaeHalf::kDecoder, {length, length, length / 4}), whole / 6) << length;
    EXPECT_LE(peak_values(VaeHalf::kDecoder, {length, length, length / 8}), whole / 12) << length;
  }
}

TEST(VaeSegmentsTest, WhatIsComputedTwiceStaysWithinBounds) {
  for (const VaeHalf half : kHalves) {
    EXPECT_EQ(vae_recompute(published_vae(), half, {128, 128, 0}), 1.0);
    EXPECT_LE(vae_recompute(published_vae(), half, {128, 128, 64}), 2.0);
    EXPECT_LE(vae_recompute(published_vae(), half, {128, 128, 48}), 3.5);
    EXPECT_LE(vae_recompute(published_vae(), half, {128, 128, 16}), 14.0);
  }
}

}  // namespace
}  // namespace easel::testing
