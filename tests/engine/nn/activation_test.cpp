#include "engine/nn/activation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/support/status_matchers.h"
#include "tests/support/tensors.h"
#include "tests/support/tolerances.h"

namespace easel::testing {
namespace {

double gelu_erf(double x) { return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0))); }
double gelu_tanh(double x) {
  return 0.5 * x *
         (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}
double quick_gelu(double x) { return x / (1.0 + std::exp(-1.702 * x)); }
double relu(double x) { return x > 0.0 ? x : 0.0; }
double silu(double x) { return x / (1.0 + std::exp(-x)); }

TEST(ActivationTest, EachNameIsItsFormula) {
  const std::pair<const char*, double (*)(double)> cases[] = {{"gelu", gelu_erf},
                                                              {"gelu_new", gelu_tanh},
                                                              {"gelu_pytorch_tanh", gelu_tanh},
                                                              {"quick_gelu", quick_gelu},
                                                              {"relu", relu},
                                                              {"silu", silu},
                                                              {"swish", silu}};
  const at::Tensor x = at::linspace(-6.0, 6.0, 121);
  for (const auto& [name, formula] : cases) {
    const auto activation = find_activation(name);
    ASSERT_TRUE(activation.ok()) << name;
    const at::Tensor expected = x.to(at::kDouble).clone();
    for (int64_t i = 0; i < x.numel(); ++i) expected[i] = formula(x[i].item<double>());
    EXPECT_TRUE(close((*activation)(x), expected, kRelativeFp32)) << name;
  }
}

TEST(ActivationTest, RefusesAnUnknownNameAndListsTheKnown) {
  EXPECT_TRUE(fails_with(find_activation("mish").status(), Reason::kBadWeights,
                         {"'mish'", "quick_gelu", "swish"}));
}

}  // namespace
}  // namespace easel::testing
