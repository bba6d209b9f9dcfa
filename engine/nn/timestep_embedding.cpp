#include "engine/nn/timestep_embedding.h"

#include <ATen/ATen.h>

#include <cmath>
#include <utility>

namespace easel {

at::Tensor sinusoidal_embedding(const at::Tensor& t, int64_t dim) {
  const int64_t half = dim / 2;
  const auto options = t.options().dtype(at::kFloat);
  const at::Tensor exponent =
      at::arange(0, half, options).mul(-std::log(10000.0)).div(static_cast<double>(half));
  const at::Tensor angle =
      t.to(at::kFloat).unsqueeze(1) * exponent.exp().unsqueeze(0);  // [B, half]
  return at::cat({angle.cos(), angle.sin()}, /*dim=*/-1);
}

SiluMlp::SiluMlp(Module& parent, std::string name, int64_t in_features, int64_t dim)
    : Module(parent, std::move(name)),
      linear_1_(*this, "linear_1", in_features, dim),
      linear_2_(*this, "linear_2", dim, dim) {}

at::Tensor SiluMlp::forward(const at::Tensor& x) const {
  return linear_2_.forward(at::silu(linear_1_.forward(x)));
}

}  // namespace easel
