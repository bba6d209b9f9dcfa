#include "engine/nn/linear.h"

#include <ATen/ATen.h>

#include <utility>

namespace easel {

Linear::Linear(Module& parent, std::string name, int64_t in_features, int64_t out_features,
               Bias bias, Precision precision)
    : Module(parent, std::move(name)),
      weight_(*this, "weight", {out_features, in_features}, precision) {
  if (bias == Bias::kYes)
    bias_.emplace(*this, "bias", std::vector<int64_t>{out_features}, precision);
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  const at::Tensor& weight = weight_.tensor();
  const at::Tensor input = x.scalar_type() == weight.scalar_type() ? x : x.to(weight.scalar_type());
  return bias_ ? at::linear(input, weight, bias_->tensor()) : at::linear(input, weight);
}

}  // namespace easel
