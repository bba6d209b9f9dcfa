#include "engine/text_encoders/clip_text_model.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "engine/nn/attention.h"
#include "engine/weights/config_reader.h"

namespace easel {
namespace {

// Configs older than transformers 4.31 give 2 for the end of text, whatever the vocabulary says.
constexpr int64_t kLegacyEosTokenId = 2;

}  // namespace

absl::StatusOr<ClipTextConfig> ClipTextConfig::from_json(const nlohmann::json& json,
                                                         const std::string& source) {
  ConfigReader reader(json, source);
  ClipTextConfig config;
  config.vocab_size = reader.int_or("vocab_size", config.vocab_size, 1, 1 << 22);
  config.hidden_size = reader.int_or("hidden_size", config.hidden_size, 1, 1 << 16);
  config.intermediate_size =
      reader.int_or("intermediate_size", config.intermediate_size, 1, 1 << 18);
  config.num_layers = reader.int_or("num_hidden_layers", config.num_layers, 1, 512);
  config.num_heads = reader.int_or("num_attention_heads", config.num_heads, 1, 1024);
  config.max_positions = reader.int_or("max_position_embeddings", config.max_positions, 2, 1 << 16);
  config.eos_token_id = reader.int_or("eos_token_id", config.eos_token_id, 0, 1 << 22);
  config.layer_norm_eps = reader.number_or("layer_norm_eps", config.layer_norm_eps);
  if (config.hidden_size % config.num_heads != 0) {
    reader.fail("num_attention_heads", concat("must divide hidden_size ", config.hidden_size));
  }
  const std::string name = reader.string_or("hidden_act", "quick_gelu");
  EASEL_RETURN_IF_ERROR(reader.status());
  auto activation = find_activation(name);
  if (!activation.ok()) return with_context(activation.status(), source);
  config.activation = *activation;
  return config;
}

ClipLayer::ClipLayer(Module& parent, std::string name, const ClipTextConfig& config)
    : Module(parent, std::move(name)),
      head_dim_(config.hidden_size / config.num_heads),
      activation_(config.activation),
      layer_norm1_(*this, "layer_norm1", config.hidden_size, config.layer_norm_eps),
      q_proj_(*this, "self_attn.q_proj", config.hidden_size, config.hidden_size),
      k_proj_(*this, "self_attn.k_proj", config.hidden_size, config.hidden_size),
      v_proj_(*this, "self_attn.v_proj", config.hidden_size, config.hidden_size),
      out_proj_(*this, "self_attn.out_proj", config.hidden_size, config.hidden_size),
      layer_norm2_(*this, "layer_norm2", config.hidden_size, config.layer_norm_eps),
      fc1_(*this, "mlp.fc1", config.hidden_size, config.intermediate_size),
      fc2_(*this, "mlp.fc2", config.intermediate_size, config.hidden_size) {
  mark_as_block();
}

at::Tensor ClipLayer::forward(const at::Tensor& x) const {
  const at::Tensor normed = layer_norm1_.forward(x);
  const at::Tensor q = split_heads(q_proj_.forward(normed), head_dim_);  // [B, S, heads, head_dim]
  const at::Tensor k = split_heads(k_proj_.forward(normed), head_dim_);
  const at::Tensor v = split_heads(v_proj_.forward(normed), head_dim_);
  const at::Tensor attended = x + out_proj_.forward(causal_attention(q, k, v));
  return attended + fc2_.forward(activation_(fc1_.forward(layer_norm2_.forward(attended))));
}

ClipTextModel::ClipTextModel(const ClipTextConfig& config)
    : config_(config),
      token_embedding_(*this, "embeddings.token_embedding", config.vocab_size, config.hidden_size),
      position_embedding_(*this, "embeddings.position_embedding", config.max_positions,
                          config.hidden_size),
      layers_(*this, "encoder.layers"),
      final_layer_norm_(*this, "final_layer_norm", config.hidden_size, config.layer_norm_eps) {
  for (int64_t i = 0; i < config.num_layers; ++i) layers_.emplace_back(config);
}

ClipTextModel::Output ClipTextModel::forward(const at::Tensor& ids) const {
  const at::Tensor positions = at::arange(ids.size(1), ids.options());
  at::Tensor x = token_embedding_.forward(ids) + position_embedding_.forward(positions);
  for (const auto& layer : layers_) x = layer->forward(x);
  x = final_layer_norm_.forward(x);
  // argmax gives the first of equal values.
  const at::Tensor end = config_.eos_token_id == kLegacyEosTokenId
                             ? ids.argmax(/*dim=*/-1)
                             : ids.eq(config_.eos_token_id).to(at::kInt).argmax(/*dim=*/-1);
  return {x, x.index({at::arange(ids.size(0), ids.options()), end})};
}

KeyRules ClipTextModel::key_rules() {
  return {.prefixes = {"text_model."},  // transformers before version 5
          .aliases = {},
          .ignored_suffixes = {"embeddings.position_ids", "text_projection.weight", "logit_scale"}};
}

}  // namespace easel
