#include "engine/samplers/flow_match_euler.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace easel {
namespace {

float bf16(float value) { return static_cast<float>(c10::BFloat16(value)); }

TEST(EulerStepTest, MovesByTheDifferenceOfSigmas) {
  const at::Tensor x = at::tensor({1.0f, -2.0f}), prediction = at::tensor({4.0f, 8.0f});
  EXPECT_TRUE(at::equal(euler_step(x, prediction, 0.75f, 0.5f), at::tensor({0.0f, -4.0f})));
}

TEST(EulerStepTest, RoundsTheProductAndTheResultToThePredictionsDtype) {
  const at::Tensor x = at::linspace(-3.0, 3.0, 101).to(at::kBFloat16);
  const at::Tensor prediction = at::linspace(5.0, -4.0, 101).to(at::kBFloat16);
  const float sigma = 0.9353f, next = 0.8712f;
  const at::Tensor got = euler_step(x, prediction, sigma, next);
  ASSERT_EQ(got.scalar_type(), at::kBFloat16);
  for (int64_t i = 0; i < x.numel(); ++i) {
    const float product = bf16(prediction[i].item<float>() * (next - sigma));
    EXPECT_EQ(got[i].item<float>(), bf16(x[i].item<float>() + product)) << i;
  }
}

TEST(AddNoiseTest, MixesBySigma) {
  const at::Tensor x = at::tensor({2.0f, 4.0f}), noise = at::tensor({-2.0f, 8.0f});
  EXPECT_TRUE(at::equal(add_noise(x, noise, 0.25f), at::tensor({1.0f, 5.0f})));
  EXPECT_TRUE(at::equal(add_noise(x, noise, 1.0f), noise));
  EXPECT_TRUE(at::equal(add_noise(x, noise, 0.0f), x));
}

TEST(AddNoiseTest, RoundsSigmaToTheLatentsDtype) {
  const at::Tensor zero = at::zeros({1}, at::kBFloat16), one = at::ones({1}, at::kBFloat16);
  EXPECT_EQ(add_noise(zero, one, 0.8717f).item<float>(), bf16(0.8717f));
  EXPECT_EQ(add_noise(one, zero, 0.8717f).item<float>(), bf16(1.0f - bf16(0.8717f)));
}

}  // namespace
}  // namespace easel
