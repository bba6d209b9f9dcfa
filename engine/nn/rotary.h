// Rotary position embedding over several axes, interleaved pairs.
// Source: diffusers models/embeddings.py get_1d_rotary_pos_embed(use_real, repeat_interleave_real),
// FluxPosEmbed.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace easel {

// Angles of a sequence: cos and sin [S, head_dim], fp32, each pair of columns equal.
struct RotaryTable {
  at::Tensor cos;
  at::Tensor sin;
};

// ids [S, axes] fp32 on the CPU: the position of each token along each axis. axes_dim: how many of
// head_dim's columns turn with each axis; their sum is head_dim, each is even. Computed in fp64,
// kept in fp32.
RotaryTable make_rotary_table(const at::Tensor& ids, const std::vector<int64_t>& axes_dim,
                              double theta);

// x [B, S, heads, head_dim] → the same, turned: pairs (x0, x1), (x2, x3), …; computed in fp32.
at::Tensor apply_rotary(const at::Tensor& x, const RotaryTable& table);

}  // namespace easel
