#include "engine/runtime/compute_warm_up.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "engine/nn/onednn_linear.h"

namespace easel {

void warm_up_compute(at::ScalarType dtype) {
  const c10::InferenceMode inference;
  const at::TensorOptions options(dtype);
  const at::Tensor x = at::ones({1, 64, 128}, options);
  const at::Tensor weight = at::ones({128, 128}, options);
  at::gelu(at::linear(x, weight), "tanh").add(x).mul(x);
  if (onednn_linear_pays(x, weight)) onednn_linear(x, weight, std::nullopt);
  at::layer_norm(x, {128});
  at::rms_norm(x, {128});
  const at::Tensor heads = x.view({1, 64, 2, 64}).transpose(1, 2);
  at::scaled_dot_product_attention(heads, heads, heads);
  const at::Tensor picture = at::ones({1, 32, 32, 32}, options);
  at::group_norm(at::conv2d(picture, at::ones({32, 32, 3, 3}, options), {}, 1, 1), 8);
  at::silu(picture).to(at::kFloat).softmax(-1);
  at::cat({picture, picture}, 1);
}

}  // namespace easel
