#include "engine/nn/attention.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

#include "engine/nn/attention_limit.h"

namespace easel {
namespace {

// Everything but the queries; tensors are [B, heads, S, head_dim].
struct Attended {
  at::Tensor k, v;
  std::optional<at::Tensor> bias;  // [1 or B, heads, queries, keys]
  bool causal = false;
  std::optional<double> scale;
};

at::Tensor attend_whole(const at::Tensor& q, const Attended& to) {
  return at::scaled_dot_product_attention(q, to.k, to.v, to.bias, /*dropout_p=*/0.0, to.causal,
                                          to.scale);
}

// Whether torch would compute these with its plain backend, number 0, which alone holds all scores.
bool holds_scores(const at::Tensor& q, const Attended& to) {
  return at::_fused_sdp_choice(q, to.k, to.v, to.bias, /*dropout_p=*/0.0, to.causal, to.scale) == 0;
}

// What the queries from `start` attend to.
Attended part_of(const Attended& to, int64_t start, int64_t count, const at::Tensor& q) {
  Attended part = to;
  if (to.bias) part.bias = to.bias->narrow(2, start, count);
  if (to.causal) {
    part.causal = false;  // counts from the first query: the part's own would be wrong
    part.bias = at::ones({1, 1, count, to.k.size(2)}, q.options().dtype(at::kBool)).tril(start);
  }
  return part;
}

at::Tensor attend_in_chunks(const at::Tensor& q, const Attended& to, int64_t chunk) {
  const int64_t queries = q.size(2);
  const at::Tensor out = at::empty({q.size(0), queries, q.size(1), to.v.size(3)}, q.options());
  for (int64_t start = 0; start < queries; start += chunk) {
    const int64_t count = std::min(chunk, queries - start);
    const at::Tensor part = attend_whole(q.narrow(2, start, count), part_of(to, start, count, q));
    out.narrow(1, start, count).copy_(part.transpose(1, 2));
  }
  return out;
}

at::Tensor attend(const at::Tensor& queries, Attended to) {
  const at::Tensor q = queries.transpose(1, 2);
  to.k = to.k.transpose(1, 2);
  to.v = to.v.transpose(1, 2);
  const int64_t chunk =
      attention_chunk(q.size(0), q.size(1), q.size(2), to.k.size(2), AttentionLimit::bytes());
  const at::Tensor out = chunk < q.size(2) && holds_scores(q, to)
                             ? attend_in_chunks(q, to, chunk)
                             : attend_whole(q, to).transpose(1, 2);  // [B, S, heads, head_dim]
  return out.flatten(2, 3);
}

}  // namespace

at::Tensor split_heads(const at::Tensor& x, int64_t head_dim) {
  return x.unflatten(-1, at::IntArrayRef{-1, head_dim});
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return attend(q, {.k = k, .v = v, .bias = std::nullopt, .causal = false, .scale = std::nullopt});
}

at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return attend(q, {.k = k, .v = v, .bias = std::nullopt, .causal = true, .scale = std::nullopt});
}

at::Tensor biased_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& bias, double scale) {
  return attend(q, {.k = k, .v = v, .bias = bias, .causal = false, .scale = scale});
}

}  // namespace easel
