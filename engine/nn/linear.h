// y = x Wᵀ + b, and the one place that knows how a weight is stored.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "engine/nn/module.h"

namespace easel {

enum class Bias { kNo, kYes };

// Weight [out, in] and bias [out] under the keys "weight" and "bias".
class Linear : public Module {
 public:
  Linear(Module& parent, std::string name, int64_t in_features, int64_t out_features,
         Bias bias = Bias::kYes, Precision precision = Precision::kComponent);

  // x [..., in] in the weight's dtype (a weight kept in fp32 computes in fp32) → [..., out].
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Parameter weight_;
  std::optional<Parameter> bias_;
};

}  // namespace easel
