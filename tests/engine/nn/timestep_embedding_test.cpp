#include "engine/nn/timestep_embedding.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/checkpoints.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

TEST(SinusoidalEmbeddingTest, HasCosinesFirstThenSines) {
  const at::Tensor got = sinusoidal_embedding(at::zeros({1}), 8);
  EXPECT_TRUE(at::equal(got, at::tensor({1.f, 1.f, 1.f, 1.f, 0.f, 0.f, 0.f, 0.f}).unsqueeze(0)));
}

TEST(SinusoidalEmbeddingTest, EqualsTheFormula) {
  const at::Tensor t = at::tensor({0.25f, 1.0f, 9.5f});
  at::Tensor expected = at::empty({3, 8}, at::kDouble);
  for (int64_t row = 0; row < 3; ++row) {
    for (int64_t i = 0; i < 4; ++i) {
      const double angle = t[row].item<double>() * std::pow(10000.0, -static_cast<double>(i) / 4.0);
      expected[row][i] = std::cos(angle);
      expected[row][i + 4] = std::sin(angle);
    }
  }
  EXPECT_TRUE(close(sinusoidal_embedding(t, 8), expected, kRelativeFp32));
}

TEST(SinusoidalEmbeddingTest, IsFp32ForTimestepsOfAnyDtype) {
  const at::Tensor t = at::tensor({3.0f, 200.0f});
  for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf, at::kLong}) {
    EXPECT_TRUE(at::equal(sinusoidal_embedding(t.to(dtype), 6), sinusoidal_embedding(t, 6)));
  }
}

TEST(SiluMlpTest, PutsSiluBetweenItsTwoLayers) {
  Module root;
  SiluMlp mlp(root, "embedder", 2, 2);
  bind_all(root, {{"embedder.linear_1.weight", at::eye(2)},
                  {"embedder.linear_1.bias", at::tensor({0.0f, 1.0f})},
                  {"embedder.linear_2.weight", at::eye(2) * 2.0},
                  {"embedder.linear_2.bias", at::tensor({0.5f, 0.0f})}});
  const auto silu = [](double x) { return x / (1.0 + std::exp(-x)); };
  const at::Tensor expected =
      at::tensor({2.0 * silu(-1.0) + 0.5, 2.0 * silu(3.0)}, at::kDouble).unsqueeze(0);
  EXPECT_TRUE(close(mlp.forward(at::tensor({-1.0f, 2.0f}).unsqueeze(0)), expected, kRelativeFp32));
}

}  // namespace
}  // namespace easel::testing
