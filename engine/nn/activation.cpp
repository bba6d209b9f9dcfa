#include "engine/nn/activation.h"

#include <ATen/ATen.h>

#include <array>
#include <utility>

#include "base/error.h"

namespace easel {
namespace {

// x · sigmoid(1.702 x), transformers QuickGELUActivation.
at::Tensor quick_gelu(const at::Tensor& x) { return x * at::sigmoid(x * 1.702); }
at::Tensor gelu_erf(const at::Tensor& x) { return at::gelu(x); }
at::Tensor gelu_tanh(const at::Tensor& x) { return at::gelu(x, "tanh"); }
at::Tensor relu(const at::Tensor& x) { return at::relu(x); }
at::Tensor silu(const at::Tensor& x) { return at::silu(x); }

constexpr std::array<std::pair<std::string_view, Activation>, 7> kActivations = {{
    {"quick_gelu", quick_gelu},
    {"gelu", gelu_erf},
    {"gelu_new", gelu_tanh},
    {"gelu_pytorch_tanh", gelu_tanh},
    {"relu", relu},
    {"silu", silu},
    {"swish", silu},
}};

}  // namespace

absl::StatusOr<Activation> find_activation(std::string_view name) {
  for (const auto& [known, activation] : kActivations) {
    if (known == name) return activation;
  }
  return bad_weights(
      "unknown activation '", name,
      "': known are quick_gelu, gelu, gelu_new, gelu_pytorch_tanh, relu, silu, swish");
}

}  // namespace easel
