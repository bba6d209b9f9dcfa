#include "engine/runtime/published_demands.h"

#include <algorithm>
#include <iterator>

#include "engine/autoencoders/autoencoder_kl_config.h"
#include "engine/families/flux/demands.h"
#include "engine/families/flux/memory.h"

namespace easel {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

struct EncoderShape {
  const char* component;
  int64_t tokens;
  int64_t width, intermediate;
  double parameters;  // that each token passes
};

// What the plan needs to know of a denoiser; sources beside each row.
struct DenoiserShape {
  const char* model;
  const char* component;
  int64_t pixels_per_token;  // of a side
  int64_t text_tokens;
  int64_t width, layers;
  double parameters;  // that each token passes, all layers together
  int64_t rows;       // a picture: 2 with classifier-free guidance, both in one pass
  int64_t steps;
  // Values of `width` a token that live at once at the worst moment: residual stream, normed copy,
  // q, k, v and their rotation, the widest hidden layer.
  int64_t live_values;
  int64_t cache_bytes_per_token;  // keys and values of all layers, where they are kept
  int64_t latent_channels;        // of an AutoencoderKL; 0: HunyuanImage-3's own
  bool fp32_vae;                  // overflows in half precision
  std::vector<EncoderShape> encoders;
};

constexpr EncoderShape kClipL{"text_encoder", 77, 768, 3072, 85e6};
constexpr EncoderShape kClipG{"text_encoder_2", 77, 1280, 5120, 630e6};

// Configs as in engine/memory/published; tokens, steps and guidance of the reference pipelines.
const std::vector<DenoiserShape>& denoisers() {
  static const std::vector<DenoiserShape> kShapes = {
      // FLUX pads T5 to 512 tokens (schnell to 256); guidance is embedded.
      {"flux-dev",
       "transformer",
       16,
       512,
       3072,
       57,
       6.46e9,
       1,
       28,
       0,
       0,
       16,
       false,
       {kClipL, {"text_encoder_2", 512, 4096, 10240, 4.6e9}}},
      {"flux-schnell",
       "transformer",
       16,
       256,
       3072,
       57,
       6.46e9,
       1,
       4,
       0,
       0,
       16,
       false,
       {kClipL, {"text_encoder_2", 256, 4096, 10240, 4.6e9}}},
      // 128 tokens of T5, twice 128 of Llama; two of four experts and the shared one a token.
      {"hidream-i1-full",
       "transformer",
       16,
       384,
       2560,
       48,
       7.6e9,
       2,
       50,
       22,
       0,
       16,
       false,
       {kClipL,
        kClipG,
        {"text_encoder_3", 128, 4096, 10240, 4.6e9},
        {"text_encoder_4", 128, 4096, 14336, 7.0e9}}},
      // The model itself reads the prompt; keys and values stay between steps.
      {"hunyuan-image-3", "model", 16, 512, 4096, 32, 12.2e9, 2, 50, 24, 128 * 1024, 0, false, {}},
      // A U-Net: its finest level has a token for 8 × 8 pixels, 320 wide; the skipped values add up
      // to eight of them, the widest level works on another 24.
      {"sdxl", "unet", 8, 0, 320, 0, 1.82e8, 2, 50, 32, 0, 4, true, {kClipL, kClipG}},
      {"sd3-medium",
       "transformer",
       16,
       333,
       1536,
       24,
       0.68e9,
       2,
       28,
       20,
       0,
       16,
       false,
       {kClipL, kClipG, {"text_encoder_3", 256, 4096, 10240, 4.6e9}}},
  };
  return kShapes;
}

const DenoiserShape& shape_of(const std::string& model) {
  return *std::find_if(denoisers().begin(), denoisers().end(),
                       [&](const DenoiserShape& shape) { return shape.model == model; });
}

// A layer's worst moment: residual stream, q, k, v and their result, or the gated hidden layer.
StageDemand encode(const EncoderShape& shape, int64_t rows, int64_t dtype_size) {
  StageDemand demand;
  demand.name = "encode";
  demand.components = {shape.component};
  const int64_t values = rows * shape.tokens * (6 * shape.width + 3 * shape.intermediate);
  demand.activation_bytes = values * dtype_size + 16 * kMiB;
  demand.flops_per_pass =
      2.0 * shape.parameters * static_cast<double>(rows) * static_cast<double>(shape.tokens);
  return demand;
}

int64_t step_bytes(const DenoiserShape& shape, const PublishedRequest& request, int64_t rows,
                   int64_t tokens) {
  if (shape.live_values == 0) {
    const flux::StepShape step{request.height / 8, request.width / 8, shape.text_tokens, rows,
                               request.dtype_size};
    return flux::denoise_step_bytes({.guidance_embeds = true}, step);
  }
  return rows * tokens *
             (shape.width * shape.live_values * request.dtype_size + shape.cache_bytes_per_token) +
         16 * kMiB;
}

StageDemand denoise(const DenoiserShape& shape, const PublishedRequest& request) {
  const int64_t rows = shape.rows * request.num_images;
  const int64_t tokens =
      request.width / shape.pixels_per_token * (request.height / shape.pixels_per_token) +
      shape.text_tokens;
  StageDemand demand;
  demand.name = "denoise";
  demand.components = {shape.component};
  demand.passes = request.steps > 0 ? request.steps : shape.steps;
  demand.activation_bytes = step_bytes(shape, request, rows, tokens);
  const auto count = static_cast<double>(tokens);
  demand.flops_per_pass =
      static_cast<double>(rows) *
      (2 * shape.parameters * count +
       4 * count * count * static_cast<double>(shape.width) * static_cast<double>(shape.layers));
  return demand;
}

// Multiplications and additions a pixel, all levels together; about those of an AutoencoderKL.
constexpr double kHunyuanDecodeFlops = 1e7;

// HunyuanImage-3's: 3-D convolutions over four frames; at the finest level, 128 wide, six of its
// size live at once. Its own tiles are 24 latent pixels wide.
void set_hunyuan_demand(const PublishedRequest& request, StageDemand& demand) {
  constexpr int64_t kTile = 24;
  constexpr int64_t kScale = 16;
  constexpr int64_t kValues = int64_t{4} * 128 * 6;
  const int64_t height = request.height / kScale;
  const int64_t width = request.width / kScale;
  const int64_t pixel_bytes = kScale * kScale * kValues * request.dtype_size;
  demand.activation_bytes = height * width * pixel_bytes;
  demand.flops_per_pass = kHunyuanDecodeFlops * static_cast<double>(request.num_images) *
                          static_cast<double>(request.width) * static_cast<double>(request.height);
  if (std::max(height, width) <= kTile) return;
  demand.tiled.push_back({kTile, std::min(height, kTile) * std::min(width, kTile) * pixel_bytes});
}

// An AutoencoderKL of any family is computed with the same modules.
void set_autoencoder_demand(const DenoiserShape& shape, const PublishedRequest& request,
                            StageDemand& demand) {
  AutoencoderKlConfig config;
  config.latent_channels = shape.latent_channels;
  config.block_out_channels = {128, 256, 512, 512};
  config.layers_per_block = 2;
  flux::DemandSizes sizes;
  sizes.latent_height = request.height / config.scale();
  sizes.latent_width = request.width / config.scale();
  sizes.num_images = request.num_images;
  sizes.dtype_size = shape.fp32_vae ? 4 : request.dtype_size;
  sizes.on_host = request.device_is_host;
  flux::set_vae_demand(VaeHalf::kDecoder, config, sizes, demand);
}

StageDemand decode(const DenoiserShape& shape, const PublishedRequest& request) {
  StageDemand demand;
  demand.name = "decode";
  demand.components = {"vae"};
  if (shape.latent_channels == 0) {
    set_hunyuan_demand(request, demand);
  } else {
    set_autoencoder_demand(shape, request, demand);
  }
  return demand;
}

}  // namespace

int64_t published_steps(const std::string& model) { return shape_of(model).steps; }

std::vector<StageDemand> published_demands(const std::string& model,
                                           const PublishedRequest& request) {
  const DenoiserShape& shape = shape_of(model);
  std::vector<StageDemand> demands;
  for (const EncoderShape& encoder : shape.encoders)
    demands.push_back(encode(encoder, shape.rows, request.dtype_size));
  demands.push_back(denoise(shape, request));
  demands.push_back(decode(shape, request));
  return demands;
}

}  // namespace easel
