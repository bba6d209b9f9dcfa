// The autoencoder that FLUX.1, SD3, SDXL and HiDream share.
#pragma once

#include <cstdint>

#include "engine/memory/published/tensor_tally.h"

namespace easel {

// Of 128, 256, 512, 512 channels, two residual blocks a level (three in the decoder). Source:
// diffusers models/autoencoders/autoencoder_kl.py AutoencoderKL.
TensorTally autoencoder_kl_tensors(int64_t latent_channels, bool quant_convs);

}  // namespace easel
