// transformer/config.json of a FLUX.1 model.
// Source: diffusers models/transformers/transformer_flux.py FluxTransformer2DModel.__init__.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace easel::flux {

// Defaults are FLUX.1-schnell's; dev differs in guidance_embeds only.
struct TransformerConfig {
  int64_t in_channels = 64;  // of a token: latent channels × 2 × 2
  int64_t out_channels = 64;
  int64_t num_layers = 19;
  int64_t num_single_layers = 38;
  int64_t head_dim = 128;
  int64_t num_heads = 24;
  int64_t joint_attention_dim = 4096;   // width of the T5 embedding
  int64_t pooled_projection_dim = 768;  // width of the CLIP embedding
  bool guidance_embeds = false;
  std::vector<int64_t> axes_dims_rope = {16, 56, 56};

  int64_t inner_dim() const { return num_heads * head_dim; }
  int64_t latent_channels() const { return in_channels / 4; }

  // BAD_WEIGHTS for a missing or impossible value.
  static absl::StatusOr<TransformerConfig> from_json(const nlohmann::json& json,
                                                     const std::string& source);
};

}  // namespace easel::flux
