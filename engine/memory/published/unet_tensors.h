// SDXL's denoiser.
#pragma once

#include "engine/memory/published/tensor_tally.h"

namespace easel {

// Source: diffusers models/unets/unet_2d_condition.py UNet2DConditionModel, config of
// stable-diffusion-xl-base-1.0. A block is a residual block, a transformer block or a resampling
// convolution; what surrounds the transformer blocks of an attention is outside.
TensorTally sdxl_unet_tensors();

}  // namespace easel
