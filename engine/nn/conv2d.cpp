#include "engine/nn/conv2d.h"

#include <ATen/ATen.h>

#include <utility>

namespace easel {

Conv2d::Conv2d(Module& parent, std::string name, int64_t in_channels, int64_t out_channels,
               int64_t kernel, int64_t stride, int64_t padding)
    : Module(parent, std::move(name)),
      weight_(*this, "weight", {out_channels, in_channels, kernel, kernel}),
      bias_(*this, "bias", {out_channels}),
      stride_(stride),
      padding_(padding) {}

at::Tensor Conv2d::forward(const at::Tensor& x) const {
  return at::conv2d(x, weight_.tensor(), bias_.tensor(), stride_, padding_);
}

}  // namespace easel
