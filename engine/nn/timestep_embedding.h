// Sinusoids of a scalar, and the two-layer network behind them.
// Source: diffusers models/embeddings.py get_timestep_embedding, TimestepEmbedding,
// PixArtAlphaTextProjection.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "engine/nn/linear.h"

namespace easel {

// t [B] of any dtype → [B, dim] fp32: cosines first, then sines, periods from 1 to 10000
// (flip_sin_to_cos, downscale_freq_shift 0).
at::Tensor sinusoidal_embedding(const at::Tensor& t, int64_t dim);

// Linear, SiLU, Linear under the keys "linear_1" and "linear_2".
class SiluMlp : public Module {
 public:
  SiluMlp(Module& parent, std::string name, int64_t in_features, int64_t dim);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Linear linear_1_, linear_2_;
};

}  // namespace easel
