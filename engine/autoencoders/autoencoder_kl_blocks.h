// What the encoder and the decoder of an AutoencoderKL are built from; every tensor is [B, C, H,
// W]. What takes a tensor by value drops it as soon as it is used up: move it in. Source: diffusers
// models/resnet.py ResnetBlock2D, models/attention_processor.py Attention,
// models/unets/unet_2d_blocks.py DownEncoderBlock2D, UpDecoderBlock2D, UNetMidBlock2D.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/nn/conv2d.h"
#include "engine/nn/linear.h"
#include "engine/nn/norm.h"

namespace easel {

class VaeResnetBlock : public Module {
 public:
  VaeResnetBlock(Module& parent, std::string name, int64_t in_channels, int64_t out_channels,
                 int64_t groups);
  at::Tensor forward(const at::Tensor& x) const;

  // Its two halves, each from a norm on. `known`: statistics of the map that the input is a part
  // of; null: the input's own.
  at::Tensor hidden(const at::Tensor& x, const GroupStatistics* known) const;
  at::Tensor output(at::Tensor hidden, const at::Tensor& x, const GroupStatistics* known) const;
  const GroupNorm& norm1() const { return norm1_; }
  const GroupNorm& norm2() const { return norm2_; }

 private:
  GroupNorm norm1_;
  Conv2d conv1_;
  GroupNorm norm2_;
  Conv2d conv2_;
  std::optional<Conv2d> conv_shortcut_;  // where the number of channels changes
};

// Self-attention over all positions, one head.
class VaeAttention : public Module {
 public:
  VaeAttention(Module& parent, std::string name, int64_t channels, int64_t groups);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  GroupNorm group_norm_;
  Linear to_q_, to_k_, to_v_, to_out_;
};

class VaeMidBlock : public Module {
 public:
  VaeMidBlock(Module& parent, std::string name, int64_t channels, int64_t groups,
              bool add_attention);
  at::Tensor forward(at::Tensor x) const;

 private:
  ModuleList<VaeResnetBlock> resnets_;
  std::optional<VaeAttention> attention_;
};

enum class Resampling { kNone, kHalve, kDouble };

// Residual blocks, then one halving (stride 2 with the odd padding right and below) or doubling
// (nearest) of the sides.
class VaeLevel : public Module {
 public:
  VaeLevel(Module& parent, std::string name, int64_t in_channels, int64_t out_channels,
           int64_t num_resnets, int64_t groups, Resampling resampling);
  size_t num_resnets() const { return resnets_.size(); }
  const VaeResnetBlock& resnet(size_t index) const { return resnets_[index]; }
  at::Tensor resample(at::Tensor x) const;

 private:
  Resampling resampling_;
  ModuleList<VaeResnetBlock> resnets_;
  std::optional<Conv2d> resample_conv_;
};

}  // namespace easel
