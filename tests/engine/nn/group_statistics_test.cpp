#include "engine/nn/group_statistics.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "engine/nn/norm.h"
#include "tests/support/tensors.h"

namespace easel::testing {
namespace {

constexpr int64_t kGroups = 3;

// Far from zero, where a sum of squares would lose digits.
at::Tensor random_map(int64_t channels, int64_t height, int64_t width) {
  return at::randn({1, channels, height, width}, at::make_generator<at::CPUGeneratorImpl>(5),
                   at::TensorOptions(at::kFloat))
      .add_(20.0);
}

// Rows cut at `cuts`, merged in order.
GroupStatistics in_parts(const at::Tensor& x, const std::vector<int64_t>& cuts) {
  GroupStatistics all;
  int64_t begin = 0;
  for (const int64_t end : cuts) {
    all.merge(group_statistics(x.narrow(2, begin, end - begin), kGroups));
    begin = end;
  }
  return all;
}

TEST(GroupStatisticsTest, PartsMergedAreTheWhole) {
  const at::Tensor x = random_map(6, 37, 29);
  const GroupStatistics parts = in_parts(x, {1, 5, 30, 37});
  const at::Tensor groups = x.to(at::kDouble).reshape({kGroups, -1});
  EXPECT_EQ(parts.count, 2 * 37 * 29);
  for (int64_t i = 0; i < kGroups; ++i) {
    const auto group = static_cast<size_t>(i);
    EXPECT_NEAR(parts.means[group], groups[i].mean().item<double>(), 1e-5);
    EXPECT_NEAR(parts.variance(group), groups[i].var(/*unbiased=*/false).item<double>(), 1e-5);
  }
}

class KnownStatisticsTest : public ::testing::TestWithParam<at::ScalarType> {};

TEST_P(KnownStatisticsTest, NormAPartAsTheWholeMapIsNormed) {
  Module root;
  GroupNorm norm(root, "norm", kGroups, /*channels=*/6, /*eps=*/1e-6);
  root.visit_parameters([](const std::string&, Parameter& parameter) {
    parameter.bind(at::linspace(-1.0, 2.0, 6).to(GetParam()), Place::kHost);
  });
  const at::Tensor x = random_map(6, 20, 12).to(GetParam());
  const at::Tensor part = norm.forward(x.narrow(2, 3, 9).contiguous(), in_parts(x, {7, 20}));
  EXPECT_EQ(part.scalar_type(), GetParam());
  const double tolerance = GetParam() == at::kFloat ? 1e-5 : 1e-2;
  EXPECT_TRUE(close(part, norm.forward(x).narrow(2, 3, 9), tolerance));
}

INSTANTIATE_TEST_SUITE_P(Dtypes, KnownStatisticsTest,
                         ::testing::Values(at::kFloat, at::kBFloat16, at::kHalf),
                         [](const auto& one) { return std::string(c10::toString(one.param)); });

}  // namespace
}  // namespace easel::testing
