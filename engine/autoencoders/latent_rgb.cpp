#include "engine/autoencoders/latent_rgb.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "engine/autoencoders/vae_memory.h"

namespace easel {
namespace {

constexpr int64_t kSamples = 32;
constexpr int64_t kBatch = 8;        // decoded at once
constexpr int64_t kSide = 4;         // latents a side: enough to keep the border's part small
constexpr double kVariation = 0.35;  // of neighbouring latents, against 1 between pictures
constexpr double kRidge = 1e-3;

// Rows of latents with a column of ones behind: [n, C] → [n, C + 1].
at::Tensor with_constant(const at::Tensor& rows) {
  return at::cat({rows, at::ones({rows.size(0), 1})}, /*dim=*/1);
}

}  // namespace

LatentRgb LatentRgb::fit(const AutoencoderKl& vae, at::TensorOptions options) {
  const int64_t channels = vae.config().latent_channels, scale = vae.config().scale();
  const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(0);
  const at::Tensor base =
      at::randn({kSamples, channels, 1, 1}, generator, at::TensorOptions(at::kFloat));
  const at::Tensor detail =
      at::randn({kSamples, channels, kSide, kSide}, generator, at::TensorOptions(at::kFloat));
  const at::Tensor latents = base + detail * kVariation;

  std::vector<at::Tensor> colours;
  for (const at::Tensor& some : latents.split(kBatch)) {
    const at::Tensor image =
        vae.decode(some.to(options)).to(at::kCPU, at::kFloat).div(2.0).add(0.5).clamp(0.0, 1.0);
    colours.push_back(at::avg_pool2d(image, {scale, scale}));  // [batch, 3, side, side]
  }
  const at::Tensor x =
      with_constant(latents.permute({0, 2, 3, 1}).reshape({-1, channels}));      // [n, C + 1]
  const at::Tensor y = at::cat(colours).permute({0, 2, 3, 1}).reshape({-1, 3});  // [n, 3]
  const at::Tensor normal =
      at::matmul(x.t(), x) + at::eye(channels + 1) * (kRidge * static_cast<double>(x.size(0)));
  return LatentRgb(at::linalg_solve(normal, at::matmul(x.t(), y)));
}

int64_t LatentRgb::fit_bytes(const AutoencoderKlConfig& config, int64_t dtype_size) {
  return kBatch *
         vae_bytes(config, VaeHalf::kDecoder, {.height = kSide, .width = kSide}, dtype_size);
}

at::Tensor LatentRgb::apply(const at::Tensor& latents) const {
  const int64_t height = latents.size(1), width = latents.size(2);
  const at::Tensor rows = latents.to(at::kCPU, at::kFloat).flatten(1).t();  // [h·w, C]
  return at::matmul(with_constant(rows), weight_).clamp(0.0, 1.0).t().reshape({3, height, width});
}

}  // namespace easel
