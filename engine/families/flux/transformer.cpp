#include "engine/families/flux/transformer.h"

#include <ATen/ATen.h>

#include <utility>

#include "engine/nn/attention.h"

namespace easel::flux {
namespace {

constexpr double kEps = 1e-6;
constexpr int64_t kSinusoids = 256;
constexpr double kTheta = 10000.0;
// σ and the guidance scale are multiplied by this before their sinusoids.
constexpr double kTimeFactor = 1000.0;

at::Tensor modulate(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale) {
  return at::addcmul(shift, plain_layer_norm(x, kEps), scale + 1.0);
}

// fp16 cannot hold what the residual stream may reach.
at::Tensor clamp_half(const at::Tensor& x) {
  return x.scalar_type() == at::kHalf ? x.clamp(-65504.0, 65504.0) : x;
}

}  // namespace

Modulation::Modulation(Module& parent, std::string name, int64_t dim, int64_t count)
    : Module(parent, std::move(name)), count_(count), linear_(*this, "linear", dim, count * dim) {}

std::vector<at::Tensor> Modulation::forward(const at::Tensor& silu_temb) const {
  return linear_.forward(silu_temb).unsqueeze(1).chunk(count_, /*dim=*/-1);
}

FeedForward::FeedForward(Module& parent, std::string name, int64_t dim)
    : Module(parent, std::move(name)),
      in_(*this, "net.0.proj", dim, 4 * dim),
      out_(*this, "net.2", 4 * dim, dim) {}

at::Tensor FeedForward::forward(const at::Tensor& x) const {
  at::Tensor hidden = in_.forward(x);
  return out_.forward(at::gelu_(hidden, "tanh"));
}

DoubleBlock::DoubleBlock(Module& parent, std::string name, const TransformerConfig& config)
    : Module(parent, std::move(name)),
      head_dim_(config.head_dim),
      norm1_(*this, "norm1", config.inner_dim(), /*count=*/6),
      norm1_context_(*this, "norm1_context", config.inner_dim(), /*count=*/6),
      to_q_(*this, "attn.to_q", config.inner_dim(), config.inner_dim()),
      to_k_(*this, "attn.to_k", config.inner_dim(), config.inner_dim()),
      to_v_(*this, "attn.to_v", config.inner_dim(), config.inner_dim()),
      to_out_(*this, "attn.to_out.0", config.inner_dim(), config.inner_dim()),
      add_q_proj_(*this, "attn.add_q_proj", config.inner_dim(), config.inner_dim()),
      add_k_proj_(*this, "attn.add_k_proj", config.inner_dim(), config.inner_dim()),
      add_v_proj_(*this, "attn.add_v_proj", config.inner_dim(), config.inner_dim()),
      to_add_out_(*this, "attn.to_add_out", config.inner_dim(), config.inner_dim()),
      norm_q_(*this, "attn.norm_q", config.head_dim, kEps),
      norm_k_(*this, "attn.norm_k", config.head_dim, kEps),
      norm_added_q_(*this, "attn.norm_added_q", config.head_dim, kEps),
      norm_added_k_(*this, "attn.norm_added_k", config.head_dim, kEps),
      ff_(*this, "ff", config.inner_dim()),
      ff_context_(*this, "ff_context", config.inner_dim()) {
  mark_as_block();
}

at::Tensor DoubleBlock::joint_attention(const at::Tensor& image, const at::Tensor& text,
                                        const RotaryTable& rotary) const {
  // each [B, T + S, heads, head_dim]; one is finished before the next begins, so that few live
  at::Tensor q = at::cat({norm_added_q_.forward(split_heads(add_q_proj_.forward(text), head_dim_)),
                          norm_q_.forward(split_heads(to_q_.forward(image), head_dim_))},
                         /*dim=*/1);
  q = apply_rotary(q, rotary);
  at::Tensor k = at::cat({norm_added_k_.forward(split_heads(add_k_proj_.forward(text), head_dim_)),
                          norm_k_.forward(split_heads(to_k_.forward(image), head_dim_))},
                         /*dim=*/1);
  k = apply_rotary(k, rotary);
  const at::Tensor v = at::cat({split_heads(add_v_proj_.forward(text), head_dim_),
                                split_heads(to_v_.forward(image), head_dim_)},
                               /*dim=*/1);
  return attention(q, k, v);
}

void DoubleBlock::forward(at::Tensor& image, at::Tensor& text, const at::Tensor& silu_temb,
                          const RotaryTable& rotary) const {
  // shift, scale, gate of the attention; shift, scale, gate of the feed-forward
  const auto image_mod = norm1_.forward(silu_temb);
  const auto text_mod = norm1_context_.forward(silu_temb);

  const at::Tensor attended = joint_attention(modulate(image, image_mod[0], image_mod[1]),
                                              modulate(text, text_mod[0], text_mod[1]), rotary);
  const int64_t text_tokens = text.size(1);
  const at::Tensor text_out = attended.narrow(1, 0, text_tokens);               // [B, T, dim]
  const at::Tensor image_out = attended.narrow(1, text_tokens, image.size(1));  // [B, S, dim]

  image = at::addcmul(image, image_mod[2], to_out_.forward(image_out));
  image =
      at::addcmul(image, image_mod[5], ff_.forward(modulate(image, image_mod[3], image_mod[4])));
  text = at::addcmul(text, text_mod[2], to_add_out_.forward(text_out));
  text = clamp_half(at::addcmul(text, text_mod[5],
                                ff_context_.forward(modulate(text, text_mod[3], text_mod[4]))));
}

SingleBlock::SingleBlock(Module& parent, std::string name, const TransformerConfig& config)
    : Module(parent, std::move(name)),
      head_dim_(config.head_dim),
      norm_(*this, "norm", config.inner_dim(), /*count=*/3),
      to_q_(*this, "attn.to_q", config.inner_dim(), config.inner_dim()),
      to_k_(*this, "attn.to_k", config.inner_dim(), config.inner_dim()),
      to_v_(*this, "attn.to_v", config.inner_dim(), config.inner_dim()),
      norm_q_(*this, "attn.norm_q", config.head_dim, kEps),
      norm_k_(*this, "attn.norm_k", config.head_dim, kEps),
      proj_mlp_(*this, "proj_mlp", config.inner_dim(), 4 * config.inner_dim()),
      proj_out_(*this, "proj_out", 5 * config.inner_dim(), config.inner_dim()) {
  mark_as_block();
}

at::Tensor SingleBlock::self_attention(const at::Tensor& normed, const RotaryTable& rotary) const {
  at::Tensor q = norm_q_.forward(split_heads(to_q_.forward(normed), head_dim_));
  q = apply_rotary(q, rotary);  // [B, T + S, heads, head_dim]
  at::Tensor k = norm_k_.forward(split_heads(to_k_.forward(normed), head_dim_));
  k = apply_rotary(k, rotary);
  return attention(q, k, split_heads(to_v_.forward(normed), head_dim_));
}

at::Tensor SingleBlock::forward(const at::Tensor& x, const at::Tensor& silu_temb,
                                const RotaryTable& rotary) const {
  const auto mod = norm_.forward(silu_temb);  // shift, scale, gate
  at::Tensor normed = modulate(x, mod[0], mod[1]);
  const at::Tensor attended = self_attention(normed, rotary);  // [B, T + S, dim]
  at::Tensor mlp = proj_mlp_.forward(normed);                  // [B, T + S, 4 · dim]
  normed.reset();
  at::gelu_(mlp, "tanh");
  mlp = at::cat({attended, mlp}, /*dim=*/-1);
  return clamp_half(at::addcmul(x, mod[2], proj_out_.forward(mlp)));
}

Transformer::Transformer(const TransformerConfig& config)
    : config_(config),
      timestep_embedder_(*this, "time_text_embed.timestep_embedder", kSinusoids,
                         config.inner_dim()),
      text_embedder_(*this, "time_text_embed.text_embedder", config.pooled_projection_dim,
                     config.inner_dim()),
      context_embedder_(*this, "context_embedder", config.joint_attention_dim, config.inner_dim()),
      x_embedder_(*this, "x_embedder", config.in_channels, config.inner_dim()),
      double_blocks_(*this, "transformer_blocks"),
      single_blocks_(*this, "single_transformer_blocks"),
      norm_out_(*this, "norm_out.linear", config.inner_dim(), 2 * config.inner_dim()),
      proj_out_(*this, "proj_out", config.inner_dim(), config.out_channels) {
  if (config.guidance_embeds) {
    guidance_embedder_.emplace(*this, "time_text_embed.guidance_embedder", kSinusoids,
                               config.inner_dim());
  }
  for (int64_t i = 0; i < config.num_layers; ++i) double_blocks_.emplace_back(config);
  for (int64_t i = 0; i < config.num_single_layers; ++i) single_blocks_.emplace_back(config);
}

at::Tensor Transformer::embed_conditions(const at::Tensor& timestep,
                                         const Conditioning& conditioning) const {
  // Multiplied in the model's dtype, as the reference does: in bf16 this rounds the timestep to 8
  // bits.
  const at::ScalarType dtype = conditioning.pooled.scalar_type();
  const auto sinusoids = [&](const at::Tensor& value) {
    return sinusoidal_embedding(value.to(dtype) * kTimeFactor, kSinusoids).to(dtype);
  };
  at::Tensor temb = timestep_embedder_.forward(sinusoids(timestep));
  if (guidance_embedder_)
    temb = temb + guidance_embedder_->forward(sinusoids(conditioning.guidance.value()));
  return at::silu(temb + text_embedder_.forward(conditioning.pooled));
}

Transformer::Conditioning Transformer::Conditioning::cat(
    const std::vector<const Conditioning*>& parts) {
  if (parts.size() == 1) return *parts.front();
  std::vector<at::Tensor> prompts, pooled, guidance;
  for (const Conditioning* part : parts) {
    prompts.push_back(part->prompt_embeds);
    pooled.push_back(part->pooled);
    if (part->guidance) guidance.push_back(*part->guidance);
  }
  return {at::cat(prompts), at::cat(pooled),
          guidance.empty() ? std::nullopt : std::optional(at::cat(guidance)),
          parts.front()->rotary};
}

at::Tensor Transformer::forward(const at::Tensor& latents, const at::Tensor& timestep,
                                const Conditioning& conditioning) const {
  const at::Tensor silu_temb = embed_conditions(timestep, conditioning);
  at::Tensor image = x_embedder_.forward(latents);                          // [B, S, dim]
  at::Tensor text = context_embedder_.forward(conditioning.prompt_embeds);  // [B, T, dim]
  for (const auto& block : double_blocks_)
    block->forward(image, text, silu_temb, conditioning.rotary);

  at::Tensor x = at::cat({text, image}, /*dim=*/1);  // [B, T + S, dim]
  text.reset();
  image.reset();
  for (const auto& block : single_blocks_) x = block->forward(x, silu_temb, conditioning.rotary);
  image = x.narrow(1, conditioning.prompt_embeds.size(1), latents.size(1));

  // This file's layout has scale before shift; the original's is the other way round.
  const auto mod = norm_out_.forward(silu_temb).unsqueeze(1).chunk(2, /*dim=*/-1);
  return proj_out_.forward(modulate(image, mod[1], mod[0]));
}

RotaryTable Transformer::rotary_table(int64_t text_tokens, int64_t height, int64_t width) const {
  at::Tensor image_ids = at::zeros({height, width, 3}, at::kFloat);
  image_ids.select(-1, 1).copy_(
      at::arange(height, at::kFloat).unsqueeze(1).expand({height, width}));
  image_ids.select(-1, 2).copy_(at::arange(width, at::kFloat).unsqueeze(0).expand({height, width}));
  const at::Tensor ids =
      at::cat({at::zeros({text_tokens, 3}, at::kFloat), image_ids.flatten(0, 1)});
  return make_rotary_table(ids, config_.axes_dims_rope, kTheta);
}

}  // namespace easel::flux
