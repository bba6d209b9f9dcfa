// Latents of FLUX: 2 × 2 neighbours make one token.
// Source: diffusers pipelines/flux/pipeline_flux.py _pack_latents, _unpack_latents.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"

namespace easel::flux {

// [B, C, h, w] → [B, h/2 · w/2, 4 · C]: channel-major inside a token.
at::Tensor pack_latents(const at::Tensor& latents);

// [B, h/2 · w/2, 4 · C] → [B, C, h, w].
at::Tensor unpack_latents(const at::Tensor& tokens, int64_t height, int64_t width);

struct LatentShape {
  int64_t num_images = 1, channels = 0, height = 0, width = 0;
};

// Start latents that a caller gives, packed or not, in any float dtype → packed. INVALID_FIELD,
// with both shapes, when they are not those of the picture that is asked for.
absl::StatusOr<at::Tensor> pack_given_latents(const at::Tensor& given, const LatentShape& shape);

}  // namespace easel::flux
