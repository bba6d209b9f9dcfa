// Activation functions by the names that configs use.
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

using Activation = at::Tensor (*)(const at::Tensor&);

// "quick_gelu", "gelu" (erf), "gelu_new" and "gelu_pytorch_tanh" (tanh), "relu", "silu"/"swish".
// BAD_WEIGHTS for another name, with the list of those known.
absl::StatusOr<Activation> find_activation(std::string_view name);

}  // namespace easel
