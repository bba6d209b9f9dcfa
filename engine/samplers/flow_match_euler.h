// Euler's method along a flow-matching schedule.
// Source: diffusers FlowMatchEulerDiscreteScheduler step, scale_noise.
#pragma once

#include <ATen/core/Tensor.h>

#include "engine/samplers/flow_match_schedule.h"

namespace easel {

// x + (σ_next − σ) · prediction: the product in the prediction's dtype, the sum in fp32, the result
// in the prediction's dtype. Shapes are equal.
at::Tensor euler_step(const at::Tensor& x, const at::Tensor& prediction, float sigma,
                      float sigma_next);

// σ · noise + (1 − σ) · x with σ rounded to x's dtype.
at::Tensor add_noise(const at::Tensor& x, const at::Tensor& noise, float sigma);

}  // namespace easel
