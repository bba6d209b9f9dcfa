// fp32 matrix products on the CPU by oneDNN instead of MKL.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace easel {

// True where oneDNN is faster: fp32 on the CPU, a weight of some size, and a libtorch that has it.
// MKL, which at::linear takes for fp32, does not use all of an AMD processor: measured at width
// 3072, 58 to 89 GFLOP/s a core against 96 to 102. In bf16 at::linear is oneDNN already.
bool onednn_linear_pays(const at::Tensor& x, const at::Tensor& weight);

// x [..., in], weight [out, in], bias [out] → [..., out]; only where onednn_linear_pays().
at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight,
                         const std::optional<at::Tensor>& bias);

}  // namespace easel
