// HunyuanImage-3.0, whose class is not in diffusers or transformers: read from the official
// checkpoint layout.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/memory/published/tensor_tally.h"

namespace easel {

// Defaults are the published config.json of HunyuanImage-3.0-Instruct.
struct HunyuanSizes {
  int64_t vocab = 133120;
  int64_t width = 4096;
  int64_t layers = 32;
  int64_t heads = 32;
  int64_t key_heads = 8;
  int64_t head_dim = 128;
  int64_t experts = 64;
  int64_t expert_width = 3072;
  int64_t shared_experts = 1;
  int64_t patch_hidden = 1024;

  int64_t latent_channels = 32;
  std::vector<int64_t> vae_channels = {128, 256, 512, 1024, 1024};
  int64_t vae_layers = 2;

  int64_t vision_width = 1152;
  int64_t vision_intermediate = 4304;
  int64_t vision_layers = 27;
  int64_t vision_positions = 256;
};

// The decoder with what brings latents in and out. Of each layer the experts are blocks of their
// own, behind the rest of it; the routers stay in fp32, as published.
TensorTally hunyuan_model_tensors(const HunyuanSizes& sizes);
// The 3-D autoencoder.
TensorTally hunyuan_vae_tensors(const HunyuanSizes& sizes);
// SigLIP2 and its projection: only for requests with pictures.
TensorTally hunyuan_vision_tensors(const HunyuanSizes& sizes);

}  // namespace easel
