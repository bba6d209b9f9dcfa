// How much memory an AutoencoderKL takes beside its weights, from its config alone; no torch.
//
// Upper bounds for AutoencoderKl as it is written here. What the operating system measured for them
// is in docs/memory.md.
#pragma once

#include <cstdint>

#include "engine/autoencoders/autoencoder_kl_config.h"
#include "engine/autoencoders/vae_peak.h"

namespace easel {

// Bytes at the peak of decoding latents [1, C, height, width] or encoding to them: the maps between
// its segments and the tiles; not the picture that is encoded or put together. `dtype_size`: bytes
// of a value that is computed with. `score_bytes`: what the attention holds of its scores; 0 where
// the backend holds none (a CPU).
int64_t vae_bytes(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes,
                  int64_t dtype_size, int64_t score_bytes = 0);

// Of the picture of latents [height, width] in fp32: held on the host until it is done.
int64_t vae_picture_bytes(const AutoencoderKlConfig& config, int64_t height, int64_t width);

}  // namespace easel
