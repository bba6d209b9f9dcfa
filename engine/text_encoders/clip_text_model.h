// CLIP's text transformer.
// Source: transformers models/clip/modeling_clip.py CLIPTextModel (5.23).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "engine/nn/activation.h"
#include "engine/nn/checkpoint_binding.h"
#include "engine/nn/embedding.h"
#include "engine/nn/linear.h"
#include "engine/nn/norm.h"

namespace easel {

struct ClipTextConfig {
  int64_t vocab_size = 49408;
  int64_t hidden_size = 512;
  int64_t intermediate_size = 2048;
  int64_t num_layers = 12;
  int64_t num_heads = 8;
  int64_t max_positions = 77;
  int64_t eos_token_id = 49407;
  double layer_norm_eps = 1e-5;
  Activation activation = nullptr;

  // BAD_WEIGHTS for a missing or impossible value.
  static absl::StatusOr<ClipTextConfig> from_json(const nlohmann::json& json,
                                                  const std::string& source);
};

class ClipLayer : public Module {
 public:
  ClipLayer(Module& parent, std::string name, const ClipTextConfig& config);
  at::Tensor forward(const at::Tensor& x) const;  // [B, S, hidden] → the same

 private:
  int64_t head_dim_;
  Activation activation_;
  LayerNorm layer_norm1_;
  Linear q_proj_, k_proj_, v_proj_, out_proj_;
  LayerNorm layer_norm2_;
  Linear fc1_, fc2_;
};

class ClipTextModel : public Module {
 public:
  explicit ClipTextModel(const ClipTextConfig& config);

  struct Output {
    at::Tensor last_hidden_state;  // [B, S, hidden], after the final norm
    at::Tensor pooled;  // [B, hidden], its row at the first end-of-text token, without projection
  };
  // ids [B, S ≤ max_positions], int64.
  Output forward(const at::Tensor& ids) const;

  const ClipTextConfig& config() const { return config_; }
  static KeyRules key_rules();

 private:
  ClipTextConfig config_;
  Embedding token_embedding_, position_embedding_;
  ModuleList<ClipLayer> layers_;
  LayerNorm final_layer_norm_;
};

}  // namespace easel
