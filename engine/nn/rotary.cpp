#include "engine/nn/rotary.h"

#include <ATen/ATen.h>

namespace easel {

RotaryTable make_rotary_table(const at::Tensor& ids, const std::vector<int64_t>& axes_dim,
                              double theta) {
  std::vector<at::Tensor> cos, sin;
  for (size_t axis = 0; axis < axes_dim.size(); ++axis) {
    const int64_t dim = axes_dim[axis];
    const at::Tensor exponent = at::arange(0, dim, 2, at::kDouble).div(static_cast<double>(dim));
    const at::Tensor frequency = at::pow(theta, exponent).reciprocal();  // [dim / 2]
    const at::Tensor position = ids.select(/*dim=*/1, static_cast<int64_t>(axis)).to(at::kDouble);
    const at::Tensor angle = at::outer(position, frequency);  // [S, dim / 2]
    cos.push_back(angle.cos().repeat_interleave(2, /*dim=*/1).to(at::kFloat));
    sin.push_back(angle.sin().repeat_interleave(2, /*dim=*/1).to(at::kFloat));
  }
  return {at::cat(cos, /*dim=*/-1), at::cat(sin, /*dim=*/-1)};
}

at::Tensor apply_rotary(const at::Tensor& x, const RotaryTable& table) {
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor pairs = wide.unflatten(-1, at::IntArrayRef{-1, 2});  // [B, S, heads, D/2, 2]
  const at::Tensor cos = table.cos.unsqueeze(1), sin = table.sin.unsqueeze(1);  // [S, 1, D]
  at::Tensor turned = at::stack({-pairs.select(-1, 1), pairs.select(-1, 0)}, -1).flatten(3);
  // In place: this is where a bf16 transformer holds the most.
  turned.mul_(sin);
  turned.add_(wide * cos);
  return turned.to(x.scalar_type());
}

}  // namespace easel
