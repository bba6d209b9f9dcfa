#include "engine/nn/norm.h"

#include <ATen/ATen.h>

#include <tuple>
#include <utility>
#include <vector>

namespace easel {

LayerNorm::LayerNorm(Module& parent, std::string name, int64_t dim, double eps)
    : Module(parent, std::move(name)),
      weight_(*this, "weight", {dim}),
      bias_(*this, "bias", {dim}),
      eps_(eps) {}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  return at::layer_norm(x, weight_.shape(), weight_.tensor(), bias_.tensor(), eps_);
}

at::Tensor plain_layer_norm(const at::Tensor& x, double eps) {
  return at::layer_norm(x, {x.size(-1)}, /*weight=*/{}, /*bias=*/{}, eps);
}

RmsNorm::RmsNorm(Module& parent, std::string name, int64_t dim, double eps)
    : Module(parent, std::move(name)), weight_(*this, "weight", {dim}), eps_(eps) {}

at::Tensor RmsNorm::forward(const at::Tensor& x) const {
  return at::rms_norm(x, weight_.shape(), weight_.tensor(), eps_);
}

T5LayerNorm::T5LayerNorm(Module& parent, std::string name, int64_t dim, double eps)
    : Module(parent, std::move(name)), weight_(*this, "weight", {dim}), eps_(eps) {}

at::Tensor T5LayerNorm::forward(const at::Tensor& x) const {
  const at::Tensor variance = x.to(at::kFloat).square().mean(/*dim=*/-1, /*keepdim=*/true);
  const at::Tensor normalized = x * at::rsqrt(variance + eps_);
  return weight_.tensor() * normalized.to(weight_.tensor().scalar_type());
}

GroupNorm::GroupNorm(Module& parent, std::string name, int64_t groups, int64_t channels, double eps)
    : Module(parent, std::move(name)),
      weight_(*this, "weight", {channels}),
      bias_(*this, "bias", {channels}),
      groups_(groups),
      eps_(eps) {}

at::Tensor GroupNorm::forward(const at::Tensor& x) const {
  return at::group_norm(x, groups_, weight_.tensor(), bias_.tensor(), eps_);
}

// A batch norm in evaluation is the same with a mean and a variance for each channel; beside x in
// 16 bits its kernel wants everything else in fp32.
at::Tensor GroupNorm::forward(const at::Tensor& x, const GroupStatistics& known) const {
  const auto groups = static_cast<size_t>(groups_);
  std::vector<double> variances(groups);
  for (size_t i = 0; i < groups; ++i) variances[i] = known.variance(i);
  const auto of_channels = [&](const std::vector<double>& of_groups) {
    return at::tensor(of_groups, at::kDouble)
        .to(x.device(), at::kFloat)
        .repeat_interleave(x.size(1) / groups_);
  };
  return std::get<0>(at::native_batch_norm(
      x, weight_.tensor().to(at::kFloat), bias_.tensor().to(at::kFloat), of_channels(known.means),
      of_channels(variances), /*training=*/false, /*momentum=*/0.0, eps_));
}

}  // namespace easel
