// FLUX.1's autoencoder as it is published.
#pragma once

#include "engine/autoencoders/autoencoder_kl_config.h"

namespace easel::testing {

inline AutoencoderKlConfig published_vae() {
  AutoencoderKlConfig config;
  config.latent_channels = 16;
  config.block_out_channels = {128, 256, 512, 512};
  config.layers_per_block = 2;
  config.use_quant_conv = config.use_post_quant_conv = false;
  return config;
}

}  // namespace easel::testing
