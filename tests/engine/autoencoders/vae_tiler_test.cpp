#include "engine/autoencoders/vae_tiler.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/autoencoders/golden_autoencoder.h"
#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

at::Tensor random(at::IntArrayRef shape) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(11),
                   at::TensorOptions(at::kFloat));
}

at::Tensor random_latents(const AutoencoderKl& vae, int64_t height, int64_t width) {
  return random({1, vae.config().latent_channels, height, width});
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
  const VaeSizes sizes{latents.size(2), latents.size(3), side};
  const int64_t units = tiler.units_left(vae.config(), VaeHalf::kDecoder, 1, sizes);
  for (int64_t unit = 1; unit < units; ++unit) {
    EXPECT_FALSE(tiler.decode(vae, latents, side).has_value());
    EXPECT_EQ(tiler.units_left(vae.config(), VaeHalf::kDecoder, 1, sizes), units - unit);
  }
  const std::optional<at::Tensor> picture = tiler.decode(vae, latents, side);
  EXPECT_TRUE(picture.has_value());
  EXPECT_EQ(tiler.units_done(), units);
  return picture->unsqueeze(0);
}

AutoencoderKl::Posterior encode_tiled(const AutoencoderKl& vae, const at::Tensor& image,
                                      int64_t side) {
  VaeTiler tiler;
  const int64_t scale = vae.config().scale();
  const VaeSizes sizes{image.size(2) / scale, image.size(3) / scale, side};
  std::optional<AutoencoderKl::Posterior> posterior;
  while (tiler.units_left(vae.config(), VaeHalf::kEncoder, posterior ? 0 : 1, sizes) > 0)
    posterior = tiler.encode(vae, image, side);
  return *posterior;
}

// Maps are small here: threads that wait for each other on a busy machine would take minutes.
class OneThread {
 public:
  OneThread() { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_ = at::get_num_threads();
};

// A chain's result with segments that a test chooses, so that small pictures are cut too.
at::Tensor run_segments(const AutoencoderKl& vae, VaeHalf half, const VaeSizes& sizes,
                        std::vector<VaeSegment> segments, const at::Tensor& input) {
  TiledPicture picture(vae.config(), half, sizes, std::move(segments));
  while (!picture.done()) picture.advance(vae.steps(half), input);
  return picture.take();
}

// Whole steps around the middle block, the others in `pieces` segments of tiles of about equally
// many steps.
std::vector<VaeSegment> cut(const AutoencoderKlConfig& config, VaeHalf half, size_t whole,
                            size_t pieces) {
  const size_t count = vae_steps(config, half).size(), tiled = count - whole;
  const bool decodes = half == VaeHalf::kDecoder;
  const size_t first = decodes ? whole : 0;
  std::vector<VaeSegment> segments;
  if (decodes) segments.push_back({0, whole, /*tiled=*/false});
  for (size_t i = 0; i < pieces; ++i) {
    const VaeSegment segment{first + tiled * i / pieces, first + tiled * (i + 1) / pieces,
                             /*tiled=*/true};
    if (segment.begin < segment.end) segments.push_back(segment);
  }
  if (!decodes) segments.push_back({tiled, count, /*tiled=*/false});
  return segments;
}

struct Cut {
  size_t whole, pieces;
};
constexpr Cut kCuts[] = {{1, 1}, {1, 100}, {3, 2}};
constexpr std::pair<int64_t, int64_t> kSizes[] = {{16, 16}, {10, 19}};

struct Case {
  const char* model;
  at::ScalarType dtype;
  double tolerance;  // times max|whole|
};

class ExactTilesTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto& [model, dtype, tolerance] = GetParam();
    golden_ = model == std::string("demo") ? load_demo_autoencoder(dtype)
                                           : load_golden_autoencoder(model, dtype);
  }
  void expect_equal(VaeHalf half, const VaeSizes& sizes, const at::Tensor& input) const {
    const at::Tensor x = input.to(GetParam().dtype);
    const VaeChain& chain = golden_.vae->steps(half);
    const at::Tensor whole = chain.forward(x).to(at::kFloat);
    for (const Cut& one : kCuts) {
      if (one.whole >= chain.size()) continue;
      const at::Tensor tiled = run_segments(
          *golden_.vae, half, sizes, cut(golden_.vae->config(), half, one.whole, one.pieces), x);
      EXPECT_TRUE(close(tiled.to(at::kFloat), whole, GetParam().tolerance))
          << sizes.height << "x" << sizes.width << " " << one.whole << " whole, " << one.pieces
          << " pieces";
    }
  }

  const c10::InferenceMode inference_;
  const OneThread one_thread_;
  GoldenAutoencoder golden_;
};

TEST_P(ExactTilesTest, DecodeToTheUntiledPicture) {
  for (const auto& [height, width] : kSizes) {
    expect_equal(VaeHalf::kDecoder, {height, width, kSmallestVaeTile},
                 random_latents(*golden_.vae, height, width));
  }
}

TEST_P(ExactTilesTest, EncodeToTheUntiledLatents) {
  const int64_t scale = golden_.vae->config().scale();
  for (const auto& [height, width] : kSizes) {
    expect_equal(VaeHalf::kEncoder, {height, width, kSmallestVaeTile},
                 random({1, 3, height * scale, width * scale}).tanh());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, ExactTilesTest,
    ::testing::Values(Case{"dev_a", at::kFloat, kTiledFp32}, Case{"dev_b", at::kFloat, kTiledFp32},
                      Case{"schnell", at::kFloat, kTiledFp32}, Case{"unit", at::kFloat, kTiledFp32},
                      Case{"demo", at::kFloat, kTiledFp32},
                      Case{"demo", at::kBFloat16, kTiledBf16}),
    [](const auto& one) {
      return std::string(one.param.model) + "_" + c10::toString(one.param.dtype);
    });

class VaeTilerTest : public ::testing::Test {
 protected:
  const c10::InferenceMode inference_;
  const OneThread one_thread_;
};

TEST_F(VaeTilerTest, OneTileIsTheUntiledPictureToTheBit) {
  for (const char* model : kGoldenModels) {
    const GoldenAutoencoder golden = load_golden_autoencoder(model);
    const at::Tensor latents = random_latents(*golden.vae, 10, 22);
    const at::Tensor whole = golden.vae->decode(latents);
    for (const int64_t side : {0, 22, 64}) {
      EXPECT_TRUE(at::equal(decode_tiled(*golden.vae, latents, side), whole)) << model;
    }
    const at::Tensor picture = at::tanh(whole);
    const AutoencoderKl::Posterior expected = golden.vae->encode(picture),
                                   got = encode_tiled(*golden.vae, picture, /*side=*/22);
    EXPECT_TRUE(at::equal(got.mean, expected.mean)) << model;
    EXPECT_TRUE(at::equal(got.logvar, expected.logvar)) << model;
  }
}

// As requests cut it, the demo's autoencoder at sizes that it has never seen.
TEST_F(VaeTilerTest, ATiledPictureIsTheWholeOne) {
  const GoldenAutoencoder demo = load_demo_autoencoder();
  for (const auto& [height, width] : {std::pair{192, 160}, std::pair{136, 264}}) {
    const at::Tensor drawn = drawn_picture(height, width);
    const AutoencoderKl::Posterior whole = demo.vae->encode(drawn);
    const at::Tensor latents = demo.vae->to_model(whole.mean);
    const at::Tensor picture = demo.vae->decode(latents).div(2.0);
    for (const int64_t side : {8, 16}) {
      EXPECT_LE(max_abs(decode_tiled(*demo.vae, latents, side).div(2.0) - picture), kTiledFp32)
          << side;
      EXPECT_TRUE(close(encode_tiled(*demo.vae, drawn, side).mean, whole.mean, kTiledFp32)) << side;
    }
  }
}

TEST_F(VaeTilerTest, ATiledPictureIsTheSameEveryTime) {
  const GoldenAutoencoder golden = load_golden_autoencoder("dev_a");
  const at::Tensor latents = random_latents(*golden.vae, 40, 24);
  EXPECT_TRUE(
      at::equal(decode_tiled(*golden.vae, latents, 16), decode_tiled(*golden.vae, latents, 16)));
}

TEST_F(VaeTilerTest, ASmallerTileInTheMiddleBeginsThePictureAnew) {
  const GoldenAutoencoder golden = load_golden_autoencoder("dev_a");
  const AutoencoderKlConfig& config = golden.vae->config();
  const at::Tensor latents = random_latents(*golden.vae, 40, 24);
  VaeTiler tiler;
  const auto units_left = [&](int64_t pictures, int64_t side) {
    return tiler.units_left(config, VaeHalf::kDecoder, pictures, {40, 24, side});
  };
  EXPECT_EQ(units_left(2, 0), 2);
  const int64_t at_16 = units_left(1, 16), at_8 = units_left(1, 8);
  ASSERT_GT(at_16, 1);
  ASSERT_GT(at_8, at_16);
  EXPECT_FALSE(tiler.decode(*golden.vae, latents, 16).has_value());
  EXPECT_EQ(units_left(2, 16), 2 * at_16 - 1);
  EXPECT_EQ(units_left(2, 8), 2 * at_8);
  std::optional<at::Tensor> picture;
  for (int64_t unit = 0; unit < at_8; ++unit) picture = tiler.decode(*golden.vae, latents, 8);
  ASSERT_TRUE(picture.has_value());
  EXPECT_TRUE(at::equal(picture->unsqueeze(0), decode_tiled(*golden.vae, latents, 8)));
  EXPECT_EQ(tiler.units_done(), 1 + at_8);
  EXPECT_EQ(units_left(1, 8), at_8);
}

}  // namespace
}  // namespace easel::testing
