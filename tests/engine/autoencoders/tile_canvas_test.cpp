#include "engine/autoencoders/tile_canvas.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/autoencoders/golden_autoencoder.h"
#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

at::Tensor random_latents(const AutoencoderKl& vae, int64_t height, int64_t width) {
  return at::randn({1, vae.config().latent_channels, height, width},
                   at::make_generator<at::CPUGeneratorImpl>(11), at::TensorOptions(at::kFloat));
}

// A disc on a plain ground, [1, 3, height, width] within -1…1: what the demo's autoencoder knows.
at::Tensor drawn_picture(int64_t height, int64_t width) {
  const at::Tensor y = at::arange(height, at::kFloat).unsqueeze(1),
                   x = at::arange(width, at::kFloat);
  const double radius = 0.3 * static_cast<double>(std::min(height, width));
  const at::Tensor inside = ((y - static_cast<double>(height) * 0.5).square() +
                             (x - static_cast<double>(width) * 0.45).square())
                                .lt(radius * radius);
  at::Tensor picture = at::full({3, height, width}, 0.75);
  picture[0].masked_fill_(inside, 0.7);
  picture[1].masked_fill_(inside, -0.6);
  picture[2].masked_fill_(inside, -0.6);
  return picture.unsqueeze(0);
}

at::Tensor decode_tiled(const AutoencoderKl& vae, const at::Tensor& latents, int64_t side) {
  VaeTiler tiler;
  const int64_t units = tiler.units_left(1, latents.size(2), latents.size(3), side);
  for (int64_t unit = 1; unit < units; ++unit) {
    EXPECT_FALSE(tiler.decode(vae, latents, side).has_value());
    EXPECT_EQ(tiler.units_left(1, latents.size(2), latents.size(3), side), units - unit);
  }
  const std::optional<at::Tensor> picture = tiler.decode(vae, latents, side);
  EXPECT_TRUE(picture.has_value());
  EXPECT_EQ(tiler.units_done(), units);
  return picture->unsqueeze(0);
}

struct Difference {
  double in_seams = 0.0, elsewhere = 0.0;  // max|a − b|
};

// `scale`: pixels of the tensors to a latent one.
Difference difference(const at::Tensor& a, const at::Tensor& b, const VaeTiling& tiling,
                      int64_t scale) {
  const auto seams = [scale](const TileAxis& axis) {
    at::Tensor mask = at::zeros({axis.length() * scale}, at::kBool);
    for (int64_t i = 0; i < axis.length(); ++i) {
      if (axis.in_seam(i)) mask.narrow(0, i * scale, scale).fill_(true);
    }
    return mask;
  };
  const at::Tensor in_seam = seams(tiling.rows()).unsqueeze(1) | seams(tiling.columns());
  const at::Tensor apart = (a - b).abs();
  return {max_abs(apart.masked_fill(in_seam.logical_not(), 0.0)),
          max_abs(apart.masked_fill(in_seam, 0.0))};
}

TEST(VaeTilerTest, OneTileIsTheUntiledPictureToTheBit) {
  for (const char* model : kGoldenModels) {
    const GoldenAutoencoder golden = load_golden_autoencoder(model);
    const at::Tensor latents = random_latents(*golden.vae, 10, 22);
    const at::Tensor whole = golden.vae->decode(latents);
    for (const int64_t side : {0, 22, 64}) {
      EXPECT_TRUE(at::equal(decode_tiled(*golden.vae, latents, side), whole)) << model;
    }
    const at::Tensor picture = at::tanh(whole);
    const AutoencoderKl::Posterior expected = golden.vae->encode(picture);
    VaeTiler tiler;
    const auto posterior = tiler.encode(*golden.vae, picture, /*side=*/22);
    ASSERT_TRUE(posterior.has_value());
    EXPECT_TRUE(at::equal(posterior->mean, expected.mean)) << model;
    EXPECT_TRUE(at::equal(posterior->logvar, expected.logvar)) << model;
  }
}

class TiledSizesTest : public ::testing::TestWithParam<std::pair<int64_t, int64_t>> {
 protected:
  const int64_t height_ = GetParam().first, width_ = GetParam().second;
};

// Latents that are alike everywhere, so that a tile's statistics are the whole picture's.
TEST_P(TiledSizesTest, ATiledPictureIsCloseToTheWholeOne) {
  const c10::InferenceMode inference;
  const GoldenAutoencoder golden = load_golden_autoencoder("dev_a");
  const at::Tensor latents = random_latents(*golden.vae, height_, width_);
  const at::Tensor whole = golden.vae->decode(latents).div(2.0);
  for (const int64_t side : {32, 48}) {
    const at::Tensor tiled = decode_tiled(*golden.vae, latents, side).div(2.0);
    const Difference apart =
        difference(tiled, whole, VaeTiling(height_, width_, side), golden.vae->config().scale());
    EXPECT_LE(apart.elsewhere, kTiledPicture) << side;
    EXPECT_LE(apart.in_seams, kTiledPicture) << side;
  }
}

// The demo's autoencoder has only seen 16 latent pixels a side and depends much on statistics.
TEST(VaeTilerTest, OnATrainedAutoencoderTilesStayCloseOnAverage) {
  const c10::InferenceMode inference;
  const GoldenAutoencoder demo = load_demo_autoencoder();
  const at::Tensor latents = demo.vae->to_model(demo.vae->encode(drawn_picture(256, 384)).mean);
  const at::Tensor whole = demo.vae->decode(latents).div(2.0);
  for (const int64_t side : {32, 48}) {
    const at::Tensor tiled = decode_tiled(*demo.vae, latents, side).div(2.0);
    const double mean = (tiled - whole).abs().mean().item<double>();
    EXPECT_LE(mean, kTiledMean) << side;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, TiledSizesTest,
                         ::testing::Values(std::pair{64, 64}, std::pair{50, 70}, std::pair{33, 96}),
                         [](const auto& one) {
                           return std::to_string(one.param.first) + "x" +
                                  std::to_string(one.param.second);
                         });

TEST(VaeTilerTest, TiledLatentsAreCloseToThoseOfTheWholePicture) {
  const c10::InferenceMode inference;
  const GoldenAutoencoder demo = load_demo_autoencoder();
  const at::Tensor picture = drawn_picture(448, 384);
  const AutoencoderKl::Posterior whole = demo.vae->encode(picture);
  VaeTiler tiler;
  std::optional<AutoencoderKl::Posterior> tiled;
  for (int64_t units = tiler.units_left(1, 56, 48, 32); units > 0; --units) {
    ASSERT_FALSE(tiled.has_value());
    tiled = tiler.encode(*demo.vae, picture, 32);
  }
  ASSERT_TRUE(tiled.has_value());
  const Difference apart = difference(tiled->mean, whole.mean, VaeTiling(56, 48, 32), /*scale=*/1);
  EXPECT_LE(apart.elsewhere, kTiledLatents * max_abs(whole.mean));
  EXPECT_LE(apart.in_seams, kTiledLatents * max_abs(whole.mean));
}

TEST(VaeTilerTest, ATiledPictureIsTheSameEveryTime) {
  const GoldenAutoencoder golden = load_golden_autoencoder("dev_a");
  const at::Tensor latents = random_latents(*golden.vae, 40, 24);
  EXPECT_TRUE(
      at::equal(decode_tiled(*golden.vae, latents, 16), decode_tiled(*golden.vae, latents, 16)));
}

TEST(VaeTilerTest, ASmallerTileInTheMiddleBeginsThePictureAnew) {
  const GoldenAutoencoder golden = load_golden_autoencoder("dev_a");
  const at::Tensor latents = random_latents(*golden.vae, 40, 24);
  VaeTiler tiler;
  EXPECT_EQ(tiler.units_left(2, 40, 24, 0), 2);
  const int64_t at_24 = VaeTiling(40, 24, 24).num_tiles(),
                at_16 = VaeTiling(40, 24, 16).num_tiles();
  ASSERT_GT(at_24, 1);
  EXPECT_FALSE(tiler.decode(*golden.vae, latents, 24).has_value());
  EXPECT_EQ(tiler.units_left(2, 40, 24, 24), 2 * at_24 - 1);
  EXPECT_EQ(tiler.units_left(2, 40, 24, 16), 2 * at_16);
  std::optional<at::Tensor> picture;
  for (int64_t unit = 0; unit < at_16; ++unit) picture = tiler.decode(*golden.vae, latents, 16);
  ASSERT_TRUE(picture.has_value());
  EXPECT_TRUE(at::equal(picture->unsqueeze(0), decode_tiled(*golden.vae, latents, 16)));
  EXPECT_EQ(tiler.units_done(), 1 + at_16);
  EXPECT_EQ(tiler.units_left(1, 40, 24, 16), at_16);
}

}  // namespace
}  // namespace easel::testing
