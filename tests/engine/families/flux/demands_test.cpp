#include "engine/families/flux/demands.h"

#include <gtest/gtest.h>

#include "engine/autoencoders/vae_memory.h"
#include "tests/engine/autoencoders/published_vae.h"

namespace easel::testing {
namespace {

flux::DemandSizes square(int64_t side, bool on_host) {
  return {.latent_height = side,
          .latent_width = side,
          .num_images = 1,
          .text_rows = 1,
          .clip_tokens = 77,
          .t5_tokens = 512,
          .dtype_size = 2,
          .on_host = on_host};
}

StageDemand decode_demand(const flux::DemandSizes& sizes) {
  StageDemand demand;
  flux::set_vae_demand(VaeHalf::kDecoder, published_vae(), sizes, demand);
  return demand;
}

TEST(FluxDemandsTest, SmallerTilesTakeLess) {
  const StageDemand demand = decode_demand(square(256, /*on_host=*/true));
  ASSERT_GE(demand.tiled.size(), 4u);
  int64_t before = demand.activation_bytes;
  double recompute = 1;
  for (const StageDemand::Tiled& tiled : demand.tiled) {
    EXPECT_LT(tiled.activation_bytes, before) << tiled.vae_tile;
    EXPECT_GT(tiled.recompute, recompute) << tiled.vae_tile;
    before = tiled.activation_bytes;
    recompute = tiled.recompute;
  }
  EXPECT_LT(before, demand.activation_bytes / 8);
}

// 1e7 a pixel for FLUX's autoencoder, counted by hand: 5.2e12 multiplications at 1024 x 1024.
TEST(FluxDemandsTest, OperationsGrowWithThePictures) {
  const double one = decode_demand(square(128, /*on_host=*/true)).flops_per_pass;
  EXPECT_NEAR(one, 2 * 5.2e12, 0.1 * one);
  flux::DemandSizes two = square(128, /*on_host=*/true);
  two.num_images = 2;
  EXPECT_EQ(decode_demand(two).flops_per_pass, 2 * one);
}

// One side serves all stages of a plan: the one that another stage needs may not take more here.
TEST(FluxDemandsTest, ASmallerSideThanAStageNeedsTakesNoMore) {
  const flux::DemandSizes sizes = square(128, /*on_host=*/true);
  const StageDemand demand = decode_demand(sizes);
  for (const StageDemand::Tiled& tiled : demand.tiled) {
    for (int64_t side = kSmallestVaeTile; side < tiled.vae_tile; side += 8) {
      EXPECT_LE(vae_bytes(published_vae(), VaeHalf::kDecoder, {128, 128, side}, sizes.dtype_size),
                tiled.activation_bytes)
          << side << " " << tiled.vae_tile;
    }
  }
}

TEST(FluxDemandsTest, APictureOfOneTileIsNotTiled) {
  for (const StageDemand::Tiled& tiled : decode_demand(square(32, /*on_host=*/true)).tiled) {
    EXPECT_LT(tiled.vae_tile, 32);
  }
  EXPECT_TRUE(decode_demand(square(8, /*on_host=*/true)).tiled.empty());
}

TEST(FluxDemandsTest, AHostHoldsNoScoresToChunk) {
  EXPECT_TRUE(decode_demand(square(256, /*on_host=*/true)).chunked.empty());
  const StageDemand demand = decode_demand(square(256, /*on_host=*/false));
  ASSERT_FALSE(demand.chunked.empty());
  EXPECT_LT(demand.chunked.front().activation_bytes, demand.activation_bytes);
}

TEST(FluxDemandsTest, OnAHostThePicturesCount) {
  flux::DemandSizes sizes = square(128, /*on_host=*/true);
  const int64_t one = decode_demand(sizes).activation_bytes;
  sizes.num_images = 3;
  EXPECT_EQ(decode_demand(sizes).activation_bytes, one + 2 * 3 * 1024 * 1024 * 4);
}

}  // namespace
}  // namespace easel::testing
