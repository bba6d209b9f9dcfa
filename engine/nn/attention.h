// Multi-head attention without weights: what every transformer here shares.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace easel {

// [B, S, heads * head_dim] → [B, S, heads, head_dim], a view.
at::Tensor split_heads(const at::Tensor& x, int64_t head_dim);

// q, k, v [B, S, heads, head_dim] → [B, S, heads * head_dim]; softmax(q kᵀ / sqrt(head_dim)) v
// through torch's scaled dot product attention. Lengths of q and of k, v may differ. Where torch
// would hold all scores at once and they burst the AttentionLimit, the queries go in chunks.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// The same with positions that see only those before them.
at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// The same with a bias [1 or B, heads, S, S] added to the scores, and the scale given.
at::Tensor biased_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& bias, double scale);

}  // namespace easel
