// Normalisations: LayerNorm, RMSNorm (two roundings), GroupNorm.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/nn/group_statistics.h"
#include "engine/nn/module.h"

namespace easel {

// Over the last dimension, with weight and bias [dim].
class LayerNorm : public Module {
 public:
  LayerNorm(Module& parent, std::string name, int64_t dim, double eps);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Parameter weight_, bias_;
  double eps_;
};

// LayerNorm over the last dimension without learned weights.
at::Tensor plain_layer_norm(const at::Tensor& x, double eps);

// x / rms(x) · weight over the last dimension, as torch.nn.RMSNorm rounds it.
class RmsNorm : public Module {
 public:
  RmsNorm(Module& parent, std::string name, int64_t dim, double eps);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Parameter weight_;
  double eps_;
};

// T5's: the mean square in fp32, the product cast to the weight's dtype *before* it is scaled
// (transformers T5LayerNorm), which rounds differently from RmsNorm in half precision.
class T5LayerNorm : public Module {
 public:
  T5LayerNorm(Module& parent, std::string name, int64_t dim, double eps);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Parameter weight_;
  double eps_;
};

// Over groups of channels of [B, C, ...], with weight and bias [C].
class GroupNorm : public Module {
 public:
  GroupNorm(Module& parent, std::string name, int64_t groups, int64_t channels, double eps);
  at::Tensor forward(const at::Tensor& x) const;
  // Of a part [1, C, H, W] of a map whose statistics are known: what forward() of the whole map is
  // there, up to rounding.
  at::Tensor forward(const at::Tensor& x, const GroupStatistics& known) const;
  GroupStatistics statistics(const at::Tensor& x) const { return group_statistics(x, groups_); }

 private:
  Parameter weight_, bias_;
  int64_t groups_;
  double eps_;
};

}  // namespace easel
