// How much memory an AutoencoderKL takes beside its weights, from its config alone; no torch.
//
// Upper bounds for AutoencoderKl as it is written here: the tensors that live at once, and what a
// convolution of oneDNN adds (its input and its output once more, in blocks of channels). What the
// operating system measured for them is in docs/memory.md.
#pragma once

#include <cstdint>

#include "engine/autoencoders/autoencoder_kl_config.h"

namespace easel {

// Bytes at the peak of decoding one tile of latents [1, C, height, width], the tile's picture
// included. `dtype_size`: bytes of a value that is computed with. `score_bytes`: what the attention
// holds of its scores; 0 where the backend holds none (a CPU).
int64_t vae_decode_bytes(const AutoencoderKlConfig& config, int64_t tile_height, int64_t tile_width,
                         int64_t dtype_size, int64_t score_bytes = 0);

// The same of encoding a tile's pixels to its latents [1, C, height, width].
int64_t vae_encode_bytes(const AutoencoderKlConfig& config, int64_t tile_height, int64_t tile_width,
                         int64_t dtype_size, int64_t score_bytes = 0);

// What is held on the host from the first tile to the last: the picture of latents [height, width]
// in fp32, and a tile on its way into it.
int64_t vae_canvas_bytes(const AutoencoderKlConfig& config, int64_t height, int64_t width,
                         int64_t tile_height, int64_t tile_width);

}  // namespace easel
