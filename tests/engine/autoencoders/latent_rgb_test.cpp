#include "engine/autoencoders/latent_rgb.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "tests/engine/autoencoders/golden_autoencoder.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

at::Tensor random(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed),
                   at::TensorOptions(at::kFloat));
}

// Pearson's, over all values.
double correlation(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.to(at::kDouble) - a.to(at::kDouble).mean(),
                   y = b.to(at::kDouble) - b.to(at::kDouble).mean();
  return ((x * y).sum() / (x.square().sum() * y.square().sum()).sqrt()).item<double>();
}

// Latents that were not among those of the fit, large areas of equal colour as pictures have them.
// Only the autoencoders built as the published one is: the others' random weights are far from
// linear.
TEST(LatentRgbTest, ShowsWhatTheDecoderWouldMake) {
  for (const char* model : {"dev_a", "dev_b"}) {
    const GoldenAutoencoder golden = load_golden_autoencoder(model);
    const LatentRgb map = LatentRgb::fit(*golden.vae, at::TensorOptions(at::kFloat));
    const int64_t channels = golden.vae->config().latent_channels;
    const int64_t scale = golden.vae->config().scale();
    const at::Tensor latents = at::upsample_nearest2d(random({1, channels, 3, 4}, 1234), {12, 16});
    const at::Tensor picture = golden.vae->decode(latents).div(2.0).add(0.5).clamp(0.0, 1.0);
    const at::Tensor small = at::avg_pool2d(picture, {scale, scale}).squeeze(0);
    const at::Tensor preview = map.apply(latents.squeeze(0));
    ASSERT_EQ(preview.sizes(), small.sizes());
    EXPECT_GE(correlation(preview, small), kPreviewCorrelation) << model;
  }
}

class EveryLatentRgbTest : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryLatentRgbTest, StaysWithinZeroAndOne) {
  const GoldenAutoencoder golden = load_golden_autoencoder(GetParam());
  const LatentRgb map = LatentRgb::fit(*golden.vae, at::TensorOptions(at::kFloat));
  const at::Tensor preview =
      map.apply(random({golden.vae->config().latent_channels, 8, 8}, 1) * 1000.0);
  EXPECT_EQ(preview.scalar_type(), at::kFloat);
  EXPECT_GE(preview.min().item<float>(), 0.0f);
  EXPECT_LE(preview.max().item<float>(), 1.0f);
}

TEST_P(EveryLatentRgbTest, IsTheSameEveryTime) {
  const GoldenAutoencoder golden = load_golden_autoencoder(GetParam());
  const at::Tensor latents = random({golden.vae->config().latent_channels, 4, 6}, 5);
  const at::TensorOptions options(at::kFloat);
  EXPECT_TRUE(at::equal(LatentRgb::fit(*golden.vae, options).apply(latents),
                        LatentRgb::fit(*golden.vae, options).apply(latents)));
}

INSTANTIATE_TEST_SUITE_P(Models, EveryLatentRgbTest, ::testing::ValuesIn(kGoldenModels),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace easel::testing
