// 2-D convolution over [B, C, H, W].
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/nn/module.h"

namespace easel {

// Weight [out, in, kernel, kernel] and bias [out].
class Conv2d : public Module {
 public:
  Conv2d(Module& parent, std::string name, int64_t in_channels, int64_t out_channels,
         int64_t kernel, int64_t stride = 1, int64_t padding = 0);

  at::Tensor forward(const at::Tensor& x) const;

 private:
  Parameter weight_;
  Parameter bias_;
  int64_t stride_;
  int64_t padding_;
};

}  // namespace easel
