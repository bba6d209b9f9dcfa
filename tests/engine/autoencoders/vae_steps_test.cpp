#include "engine/autoencoders/vae_steps.h"

#include <gtest/gtest.h>

#include <set>

namespace easel::testing {
namespace {

AutoencoderKlConfig published_flux() {
  AutoencoderKlConfig config;
  config.latent_channels = 16;
  config.block_out_channels = {128, 256, 512, 512};
  config.layers_per_block = 2;
  return config;
}

// The decoder's finest level: the doubling, three residual blocks, the pixels.
constexpr VaeSegment kFinest{10, 14, /*tiled=*/true};

TEST(VaeStepsTest, AMapGoesFromEachStepToTheNext) {
  for (const VaeHalf half : {VaeHalf::kEncoder, VaeHalf::kDecoder}) {
    const std::vector<VaeStep> steps = vae_steps(published_flux(), half);
    ASSERT_EQ(steps.size(), half == VaeHalf::kDecoder ? 1u + 4 * 3 + 1 : 4u * 2 + 1);
    for (size_t i = 0; i + 1 < steps.size(); ++i) {
      EXPECT_EQ(steps[i].out_channels, steps[i + 1].entry_channels) << i;
      EXPECT_EQ(steps[i].exit_scale, steps[i + 1].entry_scale) << i;
    }
  }
}

TEST(VaeStepsTest, APassStopsBeforeEachNormAndTheLastGoesToTheEnd) {
  const std::vector<VaeStep> steps = vae_steps(published_flux(), VaeHalf::kDecoder);
  ASSERT_EQ(num_vae_passes(steps, kFinest), 3 * 2 + 1 + 1);
  const VaePass first = vae_pass(steps, kFinest, 0), third = vae_pass(steps, kFinest, 2),
                last = vae_pass(steps, kFinest, 7);
  EXPECT_EQ(first.ops, (std::vector{VaeOp::kDouble, VaeOp::kConvolve}));
  EXPECT_EQ(third.step, 11u);
  EXPECT_EQ(third.norm, 0);
  EXPECT_EQ(third.ops.size(), 2u + 2);
  EXPECT_EQ(last.step, kFinest.end);
  EXPECT_EQ(last.ops.size(), 2u + 6 + 1);
}

TEST(VaeStepsTest, AMarginReachesAsFarAsTheConvolutionsDo) {
  const std::vector<VaeStep> steps = vae_steps(published_flux(), VaeHalf::kDecoder);
  const VaePass last = vae_pass(steps, kFinest, 7);
  // Eight convolutions at the scale of pixels are four of the map before the doubling.
  EXPECT_EQ(vae_pass_input(last, {16, 32}, 128), (VaeRange{16 * 4 - 4, 32 * 4 + 4}));
  EXPECT_EQ(vae_pass_input(vae_pass(steps, kFinest, 0), {16, 32}, 128),
            (VaeRange{16 * 4 - 1, 32 * 4 + 1}));
}

TEST(VaeStepsTest, AMarginEndsWithTheMap) {
  const std::vector<VaeStep> steps = vae_steps(published_flux(), VaeHalf::kDecoder);
  const VaePass last = vae_pass(steps, kFinest, 7);
  EXPECT_EQ(vae_pass_input(last, {0, 16}, 17), (VaeRange{0, 17 * 4}));
}

TEST(VaeStepsTest, ATileThatIsHalvedBeginsAtAMultiple) {
  const std::vector<VaeStep> steps = vae_steps(published_flux(), VaeHalf::kEncoder);
  const VaeSegment levels{0, 4, /*tiled=*/true};  // two levels, halved twice
  const VaePass last = vae_pass(steps, levels, num_vae_passes(steps, levels) - 1);
  for (int64_t begin = 0; begin < 40; ++begin) {
    const VaeRange input = vae_pass_input(last, {begin, begin + 3}, 64);
    EXPECT_EQ(input.begin % 4, 0);
    EXPECT_EQ(input.end % 4, 0);
    EXPECT_LE(input.length(), vae_pass_input_length(last, 3, 64));
  }
}

// Which positions of a border map `op` reads for position `at`, as the networks do it.
std::set<int64_t> read_by(VaeOp op, int64_t at) {
  if (op == VaeOp::kDouble) return {at / 2};
  if (op == VaeOp::kHalve) return {2 * at, 2 * at + 1, 2 * at + 2};
  return {at - 1, at, at + 1};
}

// By brute force: every input that a tile depends on is in its margin, and no wider one is needed
// by more than the rounding to multiples.
TEST(VaeStepsTest, AMarginIsWhatATileDependsOn) {
  constexpr int64_t kLength = 24;
  for (const VaeHalf half : {VaeHalf::kEncoder, VaeHalf::kDecoder}) {
    const std::vector<VaeStep> steps = vae_steps(published_flux(), half);
    const VaeSegment segment = half == VaeHalf::kDecoder ? VaeSegment{1, steps.size(), true}
                                                         : VaeSegment{0, steps.size() - 1, true};
    for (int64_t i = 0; i < num_vae_passes(steps, segment); ++i) {
      const VaePass pass = vae_pass(steps, segment, i);
      for (const VaeRange tile : {VaeRange{0, 5}, VaeRange{9, 13}, VaeRange{20, 24}}) {
        std::set<int64_t> needed;
        for (int64_t p = tile.begin * pass.exit_scale; p < tile.end * pass.exit_scale; ++p)
          needed.insert(p);
        int64_t limit = kLength * pass.exit_scale;
        int64_t multiple = 1;
        for (auto op = pass.ops.rbegin(); op != pass.ops.rend(); ++op) {
          if (*op == VaeOp::kDouble) limit /= 2;
          if (*op == VaeOp::kHalve) limit *= 2;
          if (*op == VaeOp::kHalve) multiple *= 2;
          std::set<int64_t> before;
          for (const int64_t p : needed) {
            for (const int64_t q : read_by(*op, p)) {
              if (q >= 0 && q < limit) before.insert(q);
            }
          }
          needed = std::move(before);
        }
        const VaeRange input = vae_pass_input(pass, tile, kLength);
        EXPECT_LE(input.begin, *needed.begin());
        EXPECT_GT(input.end, *needed.rbegin());
        EXPECT_GT(input.begin + multiple, *needed.begin());
        EXPECT_LE(input.end - multiple, *needed.rbegin());
      }
    }
  }
}

}  // namespace
}  // namespace easel::testing
