// T5's encoder (v1.1 and the original feed-forward).
// Source: transformers models/t5/modeling_t5.py T5EncoderModel (5.23).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/nn/activation.h"
#include "engine/nn/checkpoint_binding.h"
#include "engine/nn/embedding.h"
#include "engine/nn/linear.h"
#include "engine/nn/norm.h"

namespace easel {

struct T5Config {
  int64_t vocab_size = 32128;
  int64_t d_model = 512;
  int64_t d_kv = 64;
  int64_t d_ff = 2048;
  int64_t num_layers = 6;
  int64_t num_heads = 8;
  int64_t num_buckets = 32;
  int64_t max_distance = 128;
  double layer_norm_eps = 1e-6;
  bool gated = false;
  Activation activation = nullptr;

  // BAD_WEIGHTS for a missing or impossible value.
  static absl::StatusOr<T5Config> from_json(const nlohmann::json& json, const std::string& source);
};

class T5Block : public Module {
 public:
  // The first block of the stack holds the relative position table for all of them.
  enum class PositionTable { kNo, kYes };
  T5Block(Module& parent, std::string name, const T5Config& config, PositionTable table);

  // x [B, S, d_model], bias [1, heads, S, S] → [B, S, d_model]
  at::Tensor forward(const at::Tensor& x, const at::Tensor& bias) const;
  // Relative position bias [1, heads, S, S] of a sequence; only where the table is.
  at::Tensor position_bias(int64_t length, at::Device device) const;

 private:
  at::Tensor feed_forward(const at::Tensor& x) const;

  T5Config config_;
  Linear q_, k_, v_, o_;
  std::optional<Embedding> relative_attention_bias_;
  T5LayerNorm attention_norm_;
  Linear wi_0_;
  std::optional<Linear> wi_1_;  // gated only
  Linear wo_;
  T5LayerNorm feed_forward_norm_;
};

// Runs layer by layer, so that a caller can stop between two.
class T5Encoder : public Module {
 public:
  explicit T5Encoder(const T5Config& config);

  // Between two layers: the hidden states [B, S, d_model] and the bias that all layers share.
  struct Progress {
    at::Tensor hidden;
    at::Tensor bias;
  };
  // ids [B, S], int64; every position is attended to, padding too, as the image models want it.
  Progress begin(const at::Tensor& ids) const;
  int64_t num_layers() const { return config_.num_layers; }
  void run_layer(int64_t layer, Progress& progress) const;
  at::Tensor finish(const Progress& progress) const;  // last hidden state [B, S, d_model]

  const T5Config& config() const { return config_; }
  static KeyRules key_rules();

 private:
  T5Config config_;
  Embedding embed_tokens_;
  ModuleList<T5Block> blocks_;
  T5LayerNorm final_layer_norm_;
};

}  // namespace easel
