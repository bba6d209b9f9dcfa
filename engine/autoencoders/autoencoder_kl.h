// The variational autoencoder of SDXL, SD3, FLUX and HiDream.
// Source: diffusers models/autoencoders/autoencoder_kl.py, models/autoencoders/vae.py.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

#include "engine/autoencoders/autoencoder_kl_blocks.h"
#include "engine/autoencoders/autoencoder_kl_config.h"
#include "engine/autoencoders/vae_chain.h"
#include "engine/autoencoders/vae_steps.h"
#include "engine/nn/checkpoint_binding.h"

namespace easel {

class VaeEncoder : public Module {
 public:
  VaeEncoder(Module& parent, std::string name, const AutoencoderKlConfig& config);
  at::Tensor forward(
      const at::Tensor& image) const;  // [B, 3, H, W] → [B, 2 · latent, H/scale, W/scale]
  const VaeChain& steps() const { return steps_; }

 private:
  Conv2d conv_in_;
  ModuleList<VaeLevel> down_blocks_;
  VaeMidBlock mid_block_;
  GroupNorm conv_norm_out_;
  Conv2d conv_out_;
  VaeChain steps_;
};

class VaeDecoder : public Module {
 public:
  VaeDecoder(Module& parent, std::string name, const AutoencoderKlConfig& config);
  at::Tensor forward(
      const at::Tensor& z) const;  // [B, latent, h, w] → [B, 3, h · scale, w · scale]
  const VaeChain& steps() const { return steps_; }

 private:
  Conv2d conv_in_;
  VaeMidBlock mid_block_;
  ModuleList<VaeLevel> up_blocks_;
  GroupNorm conv_norm_out_;
  Conv2d conv_out_;
  VaeChain steps_;
};

class AutoencoderKl : public Module {
 public:
  explicit AutoencoderKl(const AutoencoderKlConfig& config);

  // The distribution of an image's latents, before scaling and shifting.
  struct Posterior {
    at::Tensor mean;    // [B, latent, h, w]
    at::Tensor logvar;  // the same, within [-30, 20]
    at::Tensor sample(at::Generator generator) const;
  };
  // image [B, 3, H, W] within -1…1; sides are multiples of the config's scale().
  Posterior encode(const at::Tensor& image) const;
  // Latents as the denoiser sees them: (z − shift) · scaling.
  at::Tensor to_model(const at::Tensor& z) const;

  // Latents as the denoiser leaves them [B, latent, h, w] → image [B, 3, H, W], about -1…1.
  at::Tensor decode(const at::Tensor& latents) const;

  // The two in parts, for those who take the steps between themselves: decoder_input, the decoder's
  // steps; the encoder's steps, posterior.
  at::Tensor decoder_input(const at::Tensor& latents) const;
  Posterior posterior(const at::Tensor& encoded) const;  // [B, 2 · latent, h, w]
  // Live as long as this does.
  const VaeChain& steps(VaeHalf half) const {
    return half == VaeHalf::kDecoder ? decoder_.steps() : encoder_.steps();
  }

  const AutoencoderKlConfig& config() const { return config_; }
  static KeyRules key_rules();

 private:
  AutoencoderKlConfig config_;
  VaeEncoder encoder_;
  VaeDecoder decoder_;
  std::optional<Conv2d> quant_conv_;
  std::optional<Conv2d> post_quant_conv_;
};

}  // namespace easel
