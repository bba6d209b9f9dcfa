// A linear map from latents to colours, for previews that cost nothing.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

#include "engine/autoencoders/autoencoder_kl.h"

namespace easel {

// A value; thread-safe to use.
class LatentRgb {
 public:
  // Fits the map by least squares to what the loaded autoencoder makes of random smooth latents, so
  // that any checkpoint has one. `options`: dtype and device that the autoencoder computes in.
  static LatentRgb fit(const AutoencoderKl& vae, at::TensorOptions options);
  // Bytes that fit() takes at its peak, as in vae_memory.h.
  static int64_t fit_bytes(const AutoencoderKlConfig& config, int64_t dtype_size);

  // latents [C, h, w] as the denoiser has them → [3, h, w] fp32 on the host, within 0…1.
  at::Tensor apply(const at::Tensor& latents) const;

 private:
  explicit LatentRgb(at::Tensor weight) : weight_(std::move(weight)) {}

  at::Tensor weight_;  // [C + 1, 3], fp32 on the host; the last row is the constant
};

}  // namespace easel
