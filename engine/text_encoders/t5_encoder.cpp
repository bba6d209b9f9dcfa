#include "engine/text_encoders/t5_encoder.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "engine/nn/attention.h"
#include "engine/weights/config_reader.h"

namespace easel {
namespace {

// Bucket of each distance `key - query`, for attention in both directions: half of the buckets for
// each sign; within a half, the first half is exact and the rest grows logarithmically up to
// max_distance.
at::Tensor relative_buckets(const at::Tensor& distance, int64_t num_buckets, int64_t max_distance) {
  const int64_t half = num_buckets / 2, exact = half / 2;
  const at::Tensor sign = distance.gt(0).to(at::kLong) * half;
  const at::Tensor size = distance.abs();
  const double log_range = std::log(static_cast<double>(max_distance) / static_cast<double>(exact));
  const at::Tensor coarse = (at::log(size.to(at::kFloat) / static_cast<double>(exact)) / log_range *
                             static_cast<double>(half - exact))
                                .to(at::kLong) +
                            exact;
  return sign + at::where(size.lt(exact), size, coarse.clamp_max(half - 1));
}

// fp16 cannot hold what T5 produces: infinities come back to just below the largest value.
at::Tensor clamp_half(const at::Tensor& x) {
  if (x.scalar_type() != at::kHalf) return x;
  constexpr double kLargest = 65504.0;
  const at::Tensor limit =
      at::where(x.isinf().any(), kLargest - 1000.0, kLargest).to(x.scalar_type());
  return at::clamp(x, -limit, limit);
}

}  // namespace

absl::StatusOr<T5Config> T5Config::from_json(const nlohmann::json& json,
                                             const std::string& source) {
  ConfigReader reader(json, source);
  T5Config config;
  config.vocab_size = reader.int_or("vocab_size", config.vocab_size, 1, 1 << 22);
  config.d_model = reader.int_or("d_model", config.d_model, 1, 1 << 16);
  config.d_kv = reader.int_or("d_kv", config.d_kv, 1, 1 << 14);
  config.d_ff = reader.int_or("d_ff", config.d_ff, 1, 1 << 18);
  config.num_layers = reader.int_or("num_layers", config.num_layers, 1, 512);
  config.num_heads = reader.int_or("num_heads", config.num_heads, 1, 1024);
  config.num_buckets =
      reader.int_or("relative_attention_num_buckets", config.num_buckets, 4, 1 << 16);
  config.max_distance =
      reader.int_or("relative_attention_max_distance", config.max_distance, 2, 1 << 24);
  config.layer_norm_eps = reader.number_or("layer_norm_epsilon", config.layer_norm_eps);
  std::string function = reader.string_or("feed_forward_proj", "relu");
  if (config.max_distance <= config.num_buckets / 4) {
    reader.fail("relative_attention_max_distance",
                "must be above a quarter of relative_attention_num_buckets");
  }
  EASEL_RETURN_IF_ERROR(reader.status());
  constexpr std::string_view kGated = "gated-";
  config.gated = function.starts_with(kGated);
  if (config.gated) function = function.substr(kGated.size());
  if (config.gated && function == "gelu") function = "gelu_new";  // T5Config's own rule
  auto activation = find_activation(function);
  if (!activation.ok()) return with_context(activation.status(), source);
  config.activation = *activation;
  return config;
}

T5Block::T5Block(Module& parent, std::string name, const T5Config& config, PositionTable table)
    : Module(parent, std::move(name)),
      config_(config),
      q_(*this, "layer.0.SelfAttention.q", config.d_model, config.num_heads * config.d_kv,
         Bias::kNo),
      k_(*this, "layer.0.SelfAttention.k", config.d_model, config.num_heads * config.d_kv,
         Bias::kNo),
      v_(*this, "layer.0.SelfAttention.v", config.d_model, config.num_heads * config.d_kv,
         Bias::kNo),
      o_(*this, "layer.0.SelfAttention.o", config.num_heads * config.d_kv, config.d_model,
         Bias::kNo),
      attention_norm_(*this, "layer.0.layer_norm", config.d_model, config.layer_norm_eps),
      wi_0_(*this, config.gated ? "layer.1.DenseReluDense.wi_0" : "layer.1.DenseReluDense.wi",
            config.d_model, config.d_ff, Bias::kNo),
      wo_(*this, "layer.1.DenseReluDense.wo", config.d_ff, config.d_model, Bias::kNo,
          Precision::kFloat32InHalf),
      feed_forward_norm_(*this, "layer.1.layer_norm", config.d_model, config.layer_norm_eps) {
  if (config.gated)
    wi_1_.emplace(*this, "layer.1.DenseReluDense.wi_1", config.d_model, config.d_ff, Bias::kNo);
  if (table == PositionTable::kYes) {
    relative_attention_bias_.emplace(*this, "layer.0.SelfAttention.relative_attention_bias",
                                     config.num_buckets, config.num_heads);
  }
  mark_as_block();
}

at::Tensor T5Block::forward(const at::Tensor& x, const at::Tensor& bias) const {
  const at::Tensor normed = attention_norm_.forward(x);
  const at::Tensor q = split_heads(q_.forward(normed), config_.d_kv);  // [B, S, heads, d_kv]
  const at::Tensor k = split_heads(k_.forward(normed), config_.d_kv);
  const at::Tensor v = split_heads(v_.forward(normed), config_.d_kv);
  // T5 does not scale its scores.
  const at::Tensor attended =
      clamp_half(x + o_.forward(biased_attention(q, k, v, bias, /*scale=*/1.0)));
  return clamp_half(attended + feed_forward(feed_forward_norm_.forward(attended)));
}

at::Tensor T5Block::feed_forward(const at::Tensor& x) const {
  at::Tensor hidden = config_.activation(wi_0_.forward(x));
  if (wi_1_) hidden = hidden * wi_1_->forward(x);
  return wo_.forward(hidden);
}

at::Tensor T5Block::position_bias(int64_t length, at::Device device) const {
  const at::Tensor positions = at::arange(length, at::TensorOptions(at::kLong).device(device));
  const at::Tensor distance = positions.unsqueeze(0) - positions.unsqueeze(1);  // [query, key]
  const at::Tensor buckets = relative_buckets(distance, config_.num_buckets, config_.max_distance);
  return relative_attention_bias_->forward(buckets).permute({2, 0, 1}).unsqueeze(0).contiguous();
}

T5Encoder::T5Encoder(const T5Config& config)
    : config_(config),
      embed_tokens_(*this, "encoder.embed_tokens", config.vocab_size, config.d_model),
      blocks_(*this, "encoder.block"),
      final_layer_norm_(*this, "encoder.final_layer_norm", config.d_model, config.layer_norm_eps) {
  for (int64_t i = 0; i < config.num_layers; ++i) {
    blocks_.emplace_back(config,
                         i == 0 ? T5Block::PositionTable::kYes : T5Block::PositionTable::kNo);
  }
}

T5Encoder::Progress T5Encoder::begin(const at::Tensor& ids) const {
  return {embed_tokens_.forward(ids), blocks_[0].position_bias(ids.size(1), ids.device())};
}

void T5Encoder::run_layer(int64_t layer, Progress& progress) const {
  progress.hidden = blocks_[static_cast<size_t>(layer)].forward(progress.hidden, progress.bias);
}

at::Tensor T5Encoder::finish(const Progress& progress) const {
  return final_layer_norm_.forward(progress.hidden);
}

KeyRules T5Encoder::key_rules() {
  return {.prefixes = {},
          .aliases = {{"encoder.embed_tokens.weight",
                       "shared.weight"}},  // tied: either name or both are stored
          .ignored_suffixes = {}};
}

}  // namespace easel
