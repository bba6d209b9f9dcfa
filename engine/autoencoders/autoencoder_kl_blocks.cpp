#include "engine/autoencoders/autoencoder_kl_blocks.h"

#include <ATen/ATen.h>

#include <utility>

#include "engine/nn/attention.h"

namespace easel {
namespace {

constexpr double kEps = 1e-6;

}  // namespace

VaeResnetBlock::VaeResnetBlock(Module& parent, std::string name, int64_t in_channels,
                               int64_t out_channels, int64_t groups)
    : Module(parent, std::move(name)),
      norm1_(*this, "norm1", groups, in_channels, kEps),
      conv1_(*this, "conv1", in_channels, out_channels, /*kernel=*/3, /*stride=*/1, /*padding=*/1),
      norm2_(*this, "norm2", groups, out_channels, kEps),
      conv2_(*this, "conv2", out_channels, out_channels, /*kernel=*/3, /*stride=*/1,
             /*padding=*/1) {
  if (in_channels != out_channels) {
    conv_shortcut_.emplace(*this, "conv_shortcut", in_channels, out_channels, /*kernel=*/1);
  }
}

at::Tensor VaeResnetBlock::forward(const at::Tensor& x) const {
  return output(hidden(x, /*known=*/nullptr), x, /*known=*/nullptr);
}

at::Tensor VaeResnetBlock::hidden(const at::Tensor& x, const GroupStatistics* known) const {
  at::Tensor h = known != nullptr ? norm1_.forward(x, *known) : norm1_.forward(x);
  return conv1_.forward(at::silu_(h));
}

at::Tensor VaeResnetBlock::output(at::Tensor hidden, const at::Tensor& x,
                                  const GroupStatistics* known) const {
  // One name, in place: at the highest level each tensor more would be a quarter of the peak.
  hidden = known != nullptr ? norm2_.forward(hidden, *known) : norm2_.forward(hidden);
  hidden = conv2_.forward(at::silu_(hidden));
  return hidden.add_(conv_shortcut_ ? conv_shortcut_->forward(x) : x);
}

VaeAttention::VaeAttention(Module& parent, std::string name, int64_t channels, int64_t groups)
    : Module(parent, std::move(name)),
      group_norm_(*this, "group_norm", groups, channels, kEps),
      to_q_(*this, "to_q", channels, channels),
      to_k_(*this, "to_k", channels, channels),
      to_v_(*this, "to_v", channels, channels),
      to_out_(*this, "to_out.0", channels, channels) {}

at::Tensor VaeAttention::forward(const at::Tensor& x) const {
  const int64_t channels = x.size(1);
  const at::Tensor tokens = group_norm_.forward(x.flatten(2)).transpose(1, 2);  // [B, H·W, C]
  const at::Tensor q = split_heads(to_q_.forward(tokens), channels);            // [B, H·W, 1, C]
  const at::Tensor k = split_heads(to_k_.forward(tokens), channels);
  const at::Tensor v = split_heads(to_v_.forward(tokens), channels);
  const at::Tensor out = to_out_.forward(attention(q, k, v));  // [B, H·W, C]
  return out.transpose(1, 2).reshape(x.sizes()) + x;
}

VaeMidBlock::VaeMidBlock(Module& parent, std::string name, int64_t channels, int64_t groups,
                         bool add_attention)
    : Module(parent, std::move(name)), resnets_(*this, "resnets") {
  resnets_.emplace_back(channels, channels, groups);
  resnets_.emplace_back(channels, channels, groups);
  if (add_attention) attention_.emplace(*this, "attentions.0", channels, groups);
}

at::Tensor VaeMidBlock::forward(at::Tensor x) const {
  x = resnets_[0].forward(x);
  if (attention_) x = attention_->forward(x);
  return resnets_[1].forward(x);
}

VaeLevel::VaeLevel(Module& parent, std::string name, int64_t in_channels, int64_t out_channels,
                   int64_t num_resnets, int64_t groups, Resampling resampling)
    : Module(parent, std::move(name)), resampling_(resampling), resnets_(*this, "resnets") {
  for (int64_t i = 0; i < num_resnets; ++i) {
    resnets_.emplace_back(i == 0 ? in_channels : out_channels, out_channels, groups);
  }
  if (resampling == Resampling::kHalve) {
    resample_conv_.emplace(*this, "downsamplers.0.conv", out_channels, out_channels, /*kernel=*/3,
                           /*stride=*/2);
  } else if (resampling == Resampling::kDouble) {
    resample_conv_.emplace(*this, "upsamplers.0.conv", out_channels, out_channels, /*kernel=*/3,
                           /*stride=*/1,
                           /*padding=*/1);
  }
}

at::Tensor VaeLevel::resample(at::Tensor x) const {
  x = resampling_ == Resampling::kHalve ? at::constant_pad_nd(x, {0, 1, 0, 1})
                                        : at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2});
  return resample_conv_->forward(x);
}

}  // namespace easel
