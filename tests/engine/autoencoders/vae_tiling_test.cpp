#include "engine/autoencoders/vae_tiling.h"

#include <gtest/gtest.h>

namespace easel::testing {
namespace {

constexpr int64_t kLengths[] = {1, 2, 15, 16, 17, 31, 32, 33, 47, 64, 90, 127, 128, 129, 250, 1024};
constexpr int64_t kSides[] = {8, 16, 17, 24, 32, 48, 63, 64, 96};

TEST(TileAxisTest, OneTileCoversAllThatFits) {
  for (const int64_t side : {int64_t{0}, int64_t{64}, int64_t{65}}) {
    const TileAxis axis(64, side);
    EXPECT_EQ(axis.num_tiles(), 1);
    EXPECT_EQ(axis.tile(0), (VaeRange{0, 64}));
  }
}

TEST(TileAxisTest, TilesTouchAndAreAsLongAsTheOthersUpToOne) {
  for (const int64_t length : kLengths) {
    for (const int64_t side : kSides) {
      const TileAxis axis(length, side);
      int64_t end = 0;
      for (int64_t i = 0; i < axis.num_tiles(); ++i) {
        const VaeRange tile = axis.tile(i);
        EXPECT_EQ(tile.begin, end);
        EXPECT_LE(tile.length(), side);
        EXPECT_LE(tile.length(), axis.longest());
        EXPECT_GE(tile.length(), axis.longest() - 1);
        end = tile.end;
      }
      EXPECT_EQ(end, length);
    }
  }
}

TEST(VaeTilingTest, GoesRowByRow) {
  const VaeTiling tiling(/*height=*/40, /*width=*/100, /*side=*/32);
  ASSERT_EQ(tiling.num_tiles(), 2 * 4);
  EXPECT_EQ(tiling.row(3), 0);
  EXPECT_EQ(tiling.column(3), 3);
  EXPECT_EQ(tiling.row(4), 1);
  EXPECT_EQ(tiling.column(4), 0);
}

TEST(VaeTilingTest, TooSmallASideIsTakenAsTheSmallest) {
  EXPECT_TRUE(VaeTiling(64, 64, 1) == VaeTiling(64, 64, kSmallestVaeTile));
  EXPECT_EQ(VaeTiling(64, 64, -1).num_tiles(), 1);
}

}  // namespace
}  // namespace easel::testing
