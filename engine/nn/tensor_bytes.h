// Between tensors and plain bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/api/named_tensor.h"

namespace easel {

// A copy of the values on the host.
NamedTensor to_named_tensor(const std::string& name, const at::Tensor& tensor);

// A tensor of its own memory. The bytes must be as many as shape and dtype say (the reader checks
// that).
at::Tensor from_named_tensor(const NamedTensor& tensor);

}  // namespace easel
