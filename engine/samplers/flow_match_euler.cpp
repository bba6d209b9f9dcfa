#include "engine/samplers/flow_match_euler.h"

#include <ATen/ATen.h>

namespace easel {

at::Tensor euler_step(const at::Tensor& x, const at::Tensor& prediction, float sigma,
                      float sigma_next) {
  const at::Tensor next = x.to(at::kFloat) + prediction * static_cast<double>(sigma_next - sigma);
  return next.to(prediction.scalar_type());
}

at::Tensor add_noise(const at::Tensor& x, const at::Tensor& noise, float sigma) {
  const at::Tensor level = at::scalar_tensor(sigma, x.options());
  return level * noise + (1.0 - level) * x;
}

}  // namespace easel
