#include "engine/families/flux/demands.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/autoencoders/vae_memory.h"
#include "engine/autoencoders/vae_segments.h"
#include "engine/nn/attention_limit.h"
#include "engine/text_encoders/clip_text_model.h"
#include "engine/text_encoders/t5_encoder.h"

namespace easel::flux {
namespace {

// What is tried, in latent pixels and bytes: largest first.
constexpr std::array<int64_t, 16> kTileSides = {192, 160, 128, 112, 96, 80, 64, 56,
                                                48,  40,  32,  28,  24, 20, 16, 8};
constexpr std::array<int64_t, 3> kScoreLimits = {int64_t{256} << 20, int64_t{64} << 20,
                                                 int64_t{16} << 20};
constexpr int64_t kFloatBytes = 4;

// The autoencoder attends from every latent pixel to every other with one head.
int64_t vae_score_bytes(const DemandSizes& sizes, int64_t limit_bytes) {
  if (sizes.on_host) return 0;
  const int64_t tokens = sizes.latent_height * sizes.latent_width;
  const int64_t chunk = attention_chunk(1, 1, tokens, tokens, limit_bytes);
  return attention_score_bytes(1, 1, chunk, tokens);
}

// Pictures that are done, the one that is put together, or the one that is encoded.
int64_t pictures_bytes(VaeHalf half, const AutoencoderKlConfig& config, const DemandSizes& sizes) {
  if (!sizes.on_host) return 0;
  if (half == VaeHalf::kDecoder)
    return sizes.num_images * vae_picture_bytes(config, sizes.latent_height, sizes.latent_width);
  const int64_t pixels = sizes.latent_height * sizes.latent_width * config.scale() * config.scale();
  return pixels * config.in_channels * sizes.dtype_size;
}

int64_t stage_bytes(VaeHalf half, const AutoencoderKlConfig& config, const DemandSizes& sizes,
                    int64_t side, int64_t limit_bytes) {
  return vae_bytes(config, half, {sizes.latent_height, sizes.latent_width, side}, sizes.dtype_size,
                   vae_score_bytes(sizes, limit_bytes)) +
         pictures_bytes(half, config, sizes);
}

// Ways that take less than `most` bytes, each less than the one before and slower. One side serves
// all stages of a plan, so that none may take more with a smaller side.
std::vector<StageDemand::Tiled> tiled_ways(VaeHalf half, const AutoencoderKlConfig& config,
                                           const DemandSizes& sizes, int64_t limit_bytes,
                                           int64_t most) {
  std::vector<StageDemand::Tiled> ways;
  int64_t least = 0;  // of all sides so far, which are smaller
  for (auto side = kTileSides.rbegin(); side != kTileSides.rend(); ++side) {
    const VaeSizes tiles{sizes.latent_height, sizes.latent_width, *side};
    least = std::max(least, stage_bytes(half, config, sizes, *side, limit_bytes));
    if (least >= most) break;
    const double recompute = vae_recompute(config, half, tiles);
    if (!ways.empty()) {
      if (recompute > ways.back().recompute) continue;
      if (ways.back().activation_bytes == least) ways.pop_back();
    }
    ways.push_back({.vae_tile = *side, .activation_bytes = least, .recompute = recompute});
  }
  std::reverse(ways.begin(), ways.end());
  return ways;
}

}  // namespace

int64_t clip_stage_bytes(const ClipTextConfig& config, const DemandSizes& sizes) {
  const int64_t scores = sizes.on_host
                             ? 0
                             : attention_score_bytes(sizes.text_rows, config.num_heads,
                                                     sizes.clip_tokens, sizes.clip_tokens);
  return clip_bytes(config, sizes.text_rows, sizes.clip_tokens, sizes.dtype_size, scores);
}

int64_t t5_stage_bytes(const T5Config& config, const DemandSizes& sizes) {
  const int64_t scores = sizes.on_host ? 0
                                       : attention_score_bytes(sizes.text_rows, config.num_heads,
                                                               sizes.t5_tokens, sizes.t5_tokens);
  return t5_bytes(config, sizes.text_rows, sizes.t5_tokens, sizes.dtype_size, scores);
}

int64_t denoise_stage_bytes(const TransformerConfig& config, const DemandSizes& sizes) {
  return denoise_step_bytes(config, {.height = sizes.latent_height,
                                     .width = sizes.latent_width,
                                     .text_tokens = sizes.t5_tokens,
                                     .batch = sizes.num_images * sizes.text_rows,
                                     .dtype_size = sizes.dtype_size,
                                     .score_bytes = 0});
}

void set_vae_demand(VaeHalf half, const AutoencoderKlConfig& config, const DemandSizes& sizes,
                    StageDemand& demand) {
  const int64_t pictures = half == VaeHalf::kDecoder ? sizes.num_images : 1;
  demand.flops_per_pass =
      static_cast<double>(pictures) *
      vae_flops(config, half, {sizes.latent_height, sizes.latent_width, /*side=*/0});
  demand.activation_bytes = stage_bytes(half, config, sizes, /*side=*/0, /*limit_bytes=*/0);
  int64_t last_limit = 0, least = demand.activation_bytes;
  for (const int64_t limit : kScoreLimits) {
    const int64_t bytes = stage_bytes(half, config, sizes, /*side=*/0, limit);
    if (bytes >= least) continue;
    demand.chunked.push_back({.attention_bytes = limit, .activation_bytes = bytes});
    last_limit = limit;
    least = bytes;
  }
  demand.tiled = tiled_ways(half, config, sizes, last_limit, least);
}

}  // namespace easel::flux
