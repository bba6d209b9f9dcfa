#include "engine/nn/attention.h"

#include <ATen/ATen.h>

#include <optional>

namespace easel {
namespace {

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const std::optional<at::Tensor>& bias, bool causal, std::optional<double> scale) {
  // [B, S, heads, head_dim] → [B, heads, S, head_dim] and back
  const at::Tensor out =
      at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2),
                                       bias, /*dropout_p=*/0.0, causal, scale);
  return out.transpose(1, 2).flatten(2, 3);
}

}  // namespace

at::Tensor split_heads(const at::Tensor& x, int64_t head_dim) {
  return x.unflatten(-1, at::IntArrayRef{-1, head_dim});
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return attend(q, k, v, std::nullopt, /*causal=*/false, std::nullopt);
}

at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return attend(q, k, v, std::nullopt, /*causal=*/true, std::nullopt);
}

at::Tensor biased_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& bias, double scale) {
  return attend(q, k, v, bias, /*causal=*/false, scale);
}

}  // namespace easel
