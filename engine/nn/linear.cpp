#include "engine/nn/linear.h"

#include <ATen/ATen.h>

#include <utility>

#include "engine/nn/onednn_linear.h"

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
  const std::optional<at::Tensor> bias = bias_ ? std::optional(bias_->tensor()) : std::nullopt;
  if (onednn_linear_pays(input, weight)) return onednn_linear(input, weight, bias);
  return at::linear(input, weight, bias);
}

}  // namespace easel
