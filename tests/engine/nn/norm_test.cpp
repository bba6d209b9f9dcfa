#include "engine/nn/norm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/checkpoints.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

constexpr double kEps = 1e-6;

at::Tensor some(at::IntArrayRef shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return at::sin(at::arange(count, at::kFloat).mul(0.7).add(0.3)).mul(3.0).reshape(shape);
}

at::Tensor rms_factor(const at::Tensor& x, at::ScalarType dtype) {
  return at::rsqrt(x.to(dtype).square().mean(-1, /*keepdim=*/true) + kEps);
}

TEST(RmsNormTest, EqualsTheFormulaAndIsRoundedOnce) {
  Module root;
  RmsNorm norm(root, "norm", 48, kEps);
  const at::Tensor x = some({5, 48}), weight = some({48}).add(1.0);
  bind_all(root, {{"norm.weight", weight}});
  const at::Tensor expected = x.to(at::kDouble) * rms_factor(x, at::kDouble) * weight;
  EXPECT_TRUE(close(norm.forward(x), expected, kRelativeFp32));

  const at::Tensor half = x.to(at::kBFloat16), half_weight = weight.to(at::kBFloat16);
  bind_all(root, {{"norm.weight", half_weight}});
  const at::Tensor wide =
      half.to(at::kFloat) * rms_factor(half, at::kFloat) * half_weight.to(at::kFloat);
  EXPECT_TRUE(at::equal(norm.forward(half), wide.to(at::kBFloat16)));
}

TEST(T5LayerNormTest, EqualsTheFormulaAndIsRoundedBeforeItIsScaled) {
  Module root;
  T5LayerNorm norm(root, "norm", 48, kEps);
  const at::Tensor x = some({5, 48}), weight = some({48}).add(1.0);
  bind_all(root, {{"norm.weight", weight}});
  const at::Tensor expected = x.to(at::kDouble) * rms_factor(x, at::kDouble) * weight;
  EXPECT_TRUE(close(norm.forward(x), expected, kRelativeFp32));

  const at::Tensor half = x.to(at::kBFloat16), half_weight = weight.to(at::kBFloat16);
  bind_all(root, {{"norm.weight", half_weight}});
  const at::Tensor rounded = (half.to(at::kFloat) * rms_factor(half, at::kFloat)).to(at::kBFloat16);
  EXPECT_TRUE(at::equal(norm.forward(half), rounded * half_weight));

  Module other;
  RmsNorm rms(other, "norm", 48, kEps);
  bind_all(other, {{"norm.weight", half_weight}});
  EXPECT_FALSE(at::equal(norm.forward(half), rms.forward(half)));
}

TEST(LayerNormTest, EqualsTheFormulaWithAndWithoutWeights) {
  Module root;
  LayerNorm norm(root, "norm", 12, kEps);
  const at::Tensor x = some({4, 12}).add(5.0), weight = some({12}), bias = some({12}).mul(0.5);
  bind_all(root, {{"norm.weight", weight}, {"norm.bias", bias}});
  const at::Tensor centred = x.to(at::kDouble) - x.to(at::kDouble).mean(-1, /*keepdim=*/true);
  const at::Tensor expected = centred * rms_factor(centred, at::kDouble);
  EXPECT_TRUE(close(plain_layer_norm(x, kEps), expected, kRelativeFp32));
  EXPECT_TRUE(close(norm.forward(x), expected * weight + bias, kRelativeFp32));
}

TEST(GroupNormTest, NormalisesGroupsOfChannels) {
  Module root;
  GroupNorm norm(root, "norm", /*groups=*/2, /*channels=*/4, kEps);
  const at::Tensor x = some({2, 4, 3, 5}).add(1.0), weight = some({4}), bias = some({4}).mul(0.5);
  bind_all(root, {{"norm.weight", weight}, {"norm.bias", bias}});
  const at::Tensor groups = x.to(at::kDouble).reshape({2, 2, 30});
  const at::Tensor centred = groups - groups.mean(-1, /*keepdim=*/true);
  const at::Tensor normed = (centred * rms_factor(centred, at::kDouble)).reshape({2, 4, 3, 5});
  const auto by_channel = [](const at::Tensor& values) { return values.reshape({1, 4, 1, 1}); };
  EXPECT_TRUE(
      close(norm.forward(x), normed * by_channel(weight) + by_channel(bias), kRelativeFp32));
}

}  // namespace
}  // namespace easel::testing
