#include "engine/autoencoders/vae_tiling.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace easel::testing {
namespace {

constexpr int64_t kLengths[] = {1, 2, 15, 16, 17, 31, 32, 33, 47, 64, 90, 127, 128, 129, 250, 1024};
constexpr int64_t kSides[] = {16, 17, 24, 32, 48, 63, 64, 96};

TEST(TileAxisTest, OneTileCoversAllThatFits) {
  for (const int64_t side : {int64_t{0}, int64_t{64}, int64_t{65}}) {
    const TileAxis axis(64, side);
    EXPECT_EQ(axis.num_tiles(), 1);
    EXPECT_EQ(axis.tile_length(), 64);
    EXPECT_EQ(axis.weights(0, 2), std::vector<float>(128, 1.0f));
  }
}

TEST(TileAxisTest, TilesAreEquallyLongSpreadEvenlyAndOverlapByAQuarter) {
  for (const int64_t length : kLengths) {
    for (const int64_t side : kSides) {
      const TileAxis axis(length, side);
      EXPECT_EQ(axis.begin(0), 0);
      EXPECT_EQ(axis.begin(axis.num_tiles() - 1) + axis.tile_length(), length);
      int64_t shortest = length, longest = 0;
      for (int64_t i = 0; i + 1 < axis.num_tiles(); ++i) {
        const int64_t step = axis.begin(i + 1) - axis.begin(i);
        EXPECT_GE(axis.tile_length() - step, axis.tile_length() / 4) << length << " " << side;
        shortest = std::min(shortest, step);
        longest = std::max(longest, step);
      }
      if (axis.num_tiles() > 1) {
        EXPECT_LE(longest - shortest, 1) << length << " " << side;
      }
    }
  }
}

TEST(TileAxisTest, WeightsAddUpToOneEverywhere) {
  for (const int64_t length : kLengths) {
    for (const int64_t side : kSides) {
      for (const int64_t scale : {1, 2, 8}) {
        const TileAxis axis(length, side);
        std::vector<float> sum(static_cast<size_t>(length * scale), 0.0f);
        for (int64_t i = 0; i < axis.num_tiles(); ++i) {
          const std::vector<float> weights = axis.weights(i, scale);
          ASSERT_EQ(weights.size(), static_cast<size_t>(axis.tile_length() * scale));
          for (size_t p = 0; p < weights.size(); ++p) {
            sum[static_cast<size_t>(axis.begin(i) * scale) + p] += weights[p];
          }
        }
        for (const float value : sum) {
          ASSERT_NEAR(value, 1.0f, 1e-6f) << length << " " << side << " " << scale;
        }
      }
    }
  }
}

TEST(TileAxisTest, OutsideTheSeamsOneTileAloneCounts) {
  for (const int64_t length : kLengths) {
    for (const int64_t side : kSides) {
      const TileAxis axis(length, side);
      for (int64_t i = 0; i < axis.num_tiles(); ++i) {
        const std::vector<float> weights = axis.weights(i, 1);
        for (int64_t p = 0; p < axis.tile_length(); ++p) {
          const float weight = weights[static_cast<size_t>(p)];
          if (axis.in_seam(axis.begin(i) + p)) continue;
          ASSERT_TRUE(weight == 0.0f || weight == 1.0f) << length << " " << side << " " << weight;
        }
      }
    }
  }
}

TEST(TileAxisTest, TheEdgeOfATileBesideAnotherCountsNothing) {
  const TileAxis axis(128, 48);
  for (int64_t i = 0; i < axis.num_tiles(); ++i) {
    const std::vector<float> weights = axis.weights(i, 8);
    EXPECT_EQ(weights.front(), i == 0 ? 1.0f : 0.0f);
    EXPECT_EQ(weights.back(), i + 1 == axis.num_tiles() ? 1.0f : 0.0f);
  }
}

TEST(VaeTilingTest, GoesRowByRow) {
  const VaeTiling tiling(/*height=*/40, /*width=*/100, /*side=*/32);
  ASSERT_EQ(tiling.num_tiles(), tiling.rows().num_tiles() * tiling.columns().num_tiles());
  EXPECT_EQ(tiling.rows().num_tiles(), 2);
  EXPECT_EQ(tiling.columns().num_tiles(), 4);
  const VaeTile last_of_row = tiling.tile(3), next = tiling.tile(4);
  EXPECT_EQ(last_of_row.top, 0);
  EXPECT_EQ(last_of_row.left + last_of_row.width, 100);
  EXPECT_EQ(next.top + next.height, 40);
  EXPECT_EQ(next.left, 0);
}

TEST(VaeTilingTest, TooSmallASideIsTakenAsTheSmallest) {
  EXPECT_TRUE(VaeTiling(64, 64, 1) == VaeTiling(64, 64, kSmallestVaeTile));
  EXPECT_EQ(VaeTiling(64, 64, -1).num_tiles(), 1);
}

}  // namespace
}  // namespace easel::testing
