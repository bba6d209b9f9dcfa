// The denoisers that are stacks of transformer blocks, at their published configurations.
#pragma once

#include "engine/memory/published/tensor_tally.h"

namespace easel {

enum class GuidanceEmbedding { kNo, kYes };  // schnell, dev

// Source: diffusers models/transformers/transformer_flux.py FluxTransformer2DModel; a block is one
// of its 19 double and 38 single blocks.
TensorTally flux_tensors(GuidanceEmbedding guidance);

// Source: diffusers models/transformers/transformer_sd3.py SD3Transformer2DModel, config of
// stable-diffusion-3-medium-diffusers; a block is one of its 24 joint blocks.
TensorTally sd3_medium_tensors();

// Source: diffusers models/transformers/transformer_hidream_image.py
// HiDreamImageTransformer2DModel, config of HiDream-I1-Full. Of each of its 16 double and 32 single
// blocks the four experts are blocks of their own, behind the rest of it: a step computes with all.
TensorTally hidream_i1_tensors();

}  // namespace easel
