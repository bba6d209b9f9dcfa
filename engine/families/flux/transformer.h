// The denoiser of FLUX.1: double-stream blocks, then single-stream blocks.
// Source: diffusers models/transformers/transformer_flux.py; the original is
// flux/src/flux/model.py.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/families/flux/config.h"
#include "engine/nn/checkpoint_binding.h"
#include "engine/nn/linear.h"
#include "engine/nn/norm.h"
#include "engine/nn/rotary.h"
#include "engine/nn/timestep_embedding.h"

namespace easel::flux {

// LayerNorm whose shift, scale and gate come from the conditioning vector.
class Modulation : public Module {
 public:
  // `count` vectors of `dim`: 6 in a double block, 3 in a single block.
  Modulation(Module& parent, std::string name, int64_t dim, int64_t count);
  // silu_temb [B, dim] → `count` tensors [B, 1, dim].
  std::vector<at::Tensor> forward(const at::Tensor& silu_temb) const;

 private:
  int64_t count_;
  Linear linear_;
};

// Two linear layers with GELU (tanh) between.
class FeedForward : public Module {
 public:
  FeedForward(Module& parent, std::string name, int64_t dim);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Linear in_, out_;
};

// Text and image tokens with weights of their own, attending to each other.
class DoubleBlock : public Module {
 public:
  DoubleBlock(Module& parent, std::string name, const TransformerConfig& config);
  // image [B, S, dim] and text [B, T, dim] are replaced; silu_temb [B, dim].
  void forward(at::Tensor& image, at::Tensor& text, const at::Tensor& silu_temb,
               const RotaryTable& rotary) const;

 private:
  // q, k, v of text and image behind each other → attention output [B, T + S, dim].
  at::Tensor joint_attention(const at::Tensor& image, const at::Tensor& text,
                             const RotaryTable& rotary) const;

  int64_t head_dim_;
  Modulation norm1_, norm1_context_;
  Linear to_q_, to_k_, to_v_, to_out_;
  Linear add_q_proj_, add_k_proj_, add_v_proj_, to_add_out_;
  RmsNorm norm_q_, norm_k_, norm_added_q_, norm_added_k_;
  FeedForward ff_, ff_context_;
};

// One stream of text and image tokens; attention and feed-forward side by side.
class SingleBlock : public Module {
 public:
  SingleBlock(Module& parent, std::string name, const TransformerConfig& config);
  // x [B, T + S, dim], text first → the same.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& silu_temb,
                     const RotaryTable& rotary) const;

 private:
  // normed [B, T + S, dim] → attention output, the same.
  at::Tensor self_attention(const at::Tensor& normed, const RotaryTable& rotary) const;

  int64_t head_dim_;
  Modulation norm_;
  Linear to_q_, to_k_, to_v_;
  RmsNorm norm_q_, norm_k_;
  Linear proj_mlp_, proj_out_;
};

class Transformer : public Module {
 public:
  explicit Transformer(const TransformerConfig& config);

  // What stays the same over all steps of a batch.
  struct Conditioning {
    at::Tensor prompt_embeds;            // [B, T, joint_attention_dim]
    at::Tensor pooled;                   // [B, pooled_projection_dim]
    std::optional<at::Tensor> guidance;  // [B] fp32; only where the config has guidance_embeds
    RotaryTable rotary;                  // of T + S tokens

    // Of equal shapes, in one batch.
    static Conditioning cat(const std::vector<const Conditioning*>& parts);
  };
  // latents [B, S, in_channels]; timestep [B] = σ in the latents' dtype → prediction [B, S,
  // in_channels].
  at::Tensor forward(const at::Tensor& latents, const at::Tensor& timestep,
                     const Conditioning& conditioning) const;

  // Positions of `text_tokens` at (0, 0, 0), then of height × width image tokens at (0, row,
  // column).
  RotaryTable rotary_table(int64_t text_tokens, int64_t height, int64_t width) const;

  const TransformerConfig& config() const { return config_; }
  static KeyRules key_rules();

 private:
  // Timestep, guidance and pooled text → silu(temb) [B, dim], which every modulation starts with.
  at::Tensor embed_conditions(const at::Tensor& timestep, const Conditioning& conditioning) const;

  TransformerConfig config_;
  SiluMlp timestep_embedder_;
  std::optional<SiluMlp> guidance_embedder_;
  SiluMlp text_embedder_;
  Linear context_embedder_, x_embedder_;
  ModuleList<DoubleBlock> double_blocks_;
  ModuleList<SingleBlock> single_blocks_;
  Linear norm_out_, proj_out_;
};

}  // namespace easel::flux
