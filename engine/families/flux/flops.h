// How many operations FLUX takes: what the plan's seconds rest on.
#pragma once

#include <cstdint>

#include "engine/families/flux/config.h"
#include "engine/memory/residency_plan.h"

namespace easel::flux {

// Multiplications and additions of one step: `rows` pictures (twice as many where both halves of
// CFG are computed) of `tokens` each, text included. Every token passes 12 · dim² weights a block:
// q, k, v, out and a feed-forward of four times the width; modulations count once a picture, not
// at all here.
inline double denoise_flops(const TransformerConfig& config, int64_t tokens, int64_t rows) {
  const auto dim = static_cast<double>(config.inner_dim());
  const auto count = static_cast<double>(tokens);
  const auto blocks = static_cast<double>(config.num_layers + config.num_single_layers);
  return static_cast<double>(rows) * blocks *
         (2 * 12 * dim * dim * count + 4 * count * count * dim);
}

// Of a text encoder: every token passes every weight of its blocks once.
inline double encoder_flops(const ComponentFootprint& encoder, int64_t dtype_size, int64_t tokens) {
  const auto bytes = static_cast<double>(encoder.total_bytes() - encoder.shared_bytes);
  return 2 * bytes / static_cast<double>(dtype_size) * static_cast<double>(tokens);
}

}  // namespace easel::flux
