#include "engine/nn/rotary.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

constexpr double kTheta = 10000.0;
const std::vector<int64_t> kAxes = {2, 4, 6};

at::Tensor some_ids() {
  return at::tensor({0.f, 0.f, 0.f, 0.f, 1.f, 2.f, 3.f, 500.f, 4095.f}).reshape({3, 3});
}

// Angle of a column, in doubles, from the paper's formula: position · theta^(-2i / dim).
double angle(const at::Tensor& ids, int64_t token, int64_t column) {
  size_t axis = 0;
  while (column >= kAxes[axis]) column -= kAxes[axis++];
  const double exponent = static_cast<double>(column / 2 * 2) / static_cast<double>(kAxes[axis]);
  return ids[token][static_cast<int64_t>(axis)].item<double>() * std::pow(kTheta, -exponent);
}

TEST(RotaryTableTest, EqualsTheFormulaInDoublesAlsoFarFromTheOrigin) {
  const at::Tensor ids = some_ids();
  const RotaryTable table = make_rotary_table(ids, kAxes, kTheta);
  ASSERT_EQ(table.cos.sizes(), (std::vector<int64_t>{3, 12}));
  ASSERT_EQ(table.cos.scalar_type(), at::kFloat);
  at::Tensor cos = at::empty({3, 12}, at::kDouble), sin = at::empty({3, 12}, at::kDouble);
  for (int64_t token = 0; token < 3; ++token) {
    for (int64_t column = 0; column < 12; ++column) {
      cos[token][column] = std::cos(angle(ids, token, column));
      sin[token][column] = std::sin(angle(ids, token, column));
    }
  }
  EXPECT_TRUE(close(table.cos, cos, kRelativeFp32));
  EXPECT_TRUE(close(table.sin, sin, kRelativeFp32));
}

TEST(ApplyRotaryTest, TurnsNeighbouringPairs) {
  const at::Tensor ids = some_ids();
  const at::Tensor x =
      at::sin(at::arange(72, at::kFloat)).reshape({1, 3, 2, 12});  // [B, S, heads, D]
  at::Tensor expected = at::empty({1, 3, 2, 12}, at::kDouble);
  for (int64_t token = 0; token < 3; ++token) {
    for (int64_t head = 0; head < 2; ++head) {
      for (int64_t column = 0; column < 12; column += 2) {
        const at::Tensor from = x[0][token][head];
        const double a = from[column].item<double>(), b = from[column + 1].item<double>();
        const double turn = angle(ids, token, column);
        expected[0][token][head][column] = a * std::cos(turn) - b * std::sin(turn);
        expected[0][token][head][column + 1] = a * std::sin(turn) + b * std::cos(turn);
      }
    }
  }
  EXPECT_TRUE(
      close(apply_rotary(x, make_rotary_table(ids, kAxes, kTheta)), expected, kRelativeFp32));
}

TEST(ApplyRotaryTest, ComputesHalfPrecisionInFp32) {
  const RotaryTable table = make_rotary_table(some_ids(), kAxes, kTheta);
  for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16}) {
    const at::Tensor x = at::sin(at::arange(72, at::kFloat)).reshape({1, 3, 2, 12}).to(dtype);
    EXPECT_TRUE(at::equal(apply_rotary(x, table), apply_rotary(x.to(at::kFloat), table).to(dtype)));
  }
}

}  // namespace
}  // namespace easel::testing
