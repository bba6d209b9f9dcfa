#include "engine/families/flux/demands.h"

#include <algorithm>
#include <array>

#include "engine/autoencoders/vae_memory.h"
#include "engine/autoencoders/vae_tiling.h"
#include "engine/nn/attention_limit.h"
#include "engine/text_encoders/clip_text_model.h"
#include "engine/text_encoders/t5_encoder.h"

namespace easel::flux {
namespace {

// What is tried, in latent pixels and bytes: largest first.
constexpr std::array<int64_t, 6> kTileSides = {128, 96, 64, 48, 32, 24};
constexpr std::array<int64_t, 3> kScoreLimits = {int64_t{256} << 20, int64_t{64} << 20,
                                                 int64_t{16} << 20};
constexpr int64_t kFloatBytes = 4;

// The autoencoder attends from every latent pixel to every other with one head.
int64_t vae_score_bytes(const DemandSizes& sizes, const VaeTile& tile, int64_t limit_bytes) {
  if (sizes.on_host) return 0;
  const int64_t tokens = tile.height * tile.width;
  const int64_t chunk = attention_chunk(1, 1, tokens, tokens, limit_bytes);
  return attention_score_bytes(1, 1, chunk, tokens);
}

// Pictures that are done, the one that tiles are put into, or the one that is encoded.
int64_t pictures_bytes(VaeStage stage, const AutoencoderKlConfig& config, const DemandSizes& sizes,
                       const VaeTile& tile) {
  if (!sizes.on_host) return 0;
  const int64_t pixels = sizes.latent_height * sizes.latent_width * config.scale() * config.scale();
  if (stage == VaeStage::kEncode) return pixels * config.in_channels * sizes.dtype_size;
  const int64_t done = (sizes.num_images - 1) * pixels * config.out_channels * kFloatBytes;
  return done +
         vae_canvas_bytes(config, sizes.latent_height, sizes.latent_width, tile.height, tile.width);
}

int64_t tile_bytes(VaeStage stage, const AutoencoderKlConfig& config, const DemandSizes& sizes,
                   int64_t side, int64_t limit_bytes) {
  const VaeTile tile = VaeTiling(sizes.latent_height, sizes.latent_width, side).tile(0);
  const int64_t scores = vae_score_bytes(sizes, tile, limit_bytes);
  const auto estimate = stage == VaeStage::kDecode ? vae_decode_bytes : vae_encode_bytes;
  return estimate(config, tile.height, tile.width, sizes.dtype_size, scores) +
         pictures_bytes(stage, config, sizes, tile);
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

void set_vae_demand(VaeStage stage, const AutoencoderKlConfig& config, const DemandSizes& sizes,
                    StageDemand& demand) {
  const int64_t longest = std::max(sizes.latent_height, sizes.latent_width);
  demand.activation_bytes = tile_bytes(stage, config, sizes, /*side=*/0, /*limit_bytes=*/0);
  int64_t last_limit = 0;
  for (const int64_t limit : kScoreLimits) {
    const int64_t bytes = tile_bytes(stage, config, sizes, /*side=*/0, limit);
    const int64_t before =
        demand.chunked.empty() ? demand.activation_bytes : demand.chunked.back().activation_bytes;
    if (bytes >= before) continue;
    demand.chunked.push_back({.attention_bytes = limit, .activation_bytes = bytes});
    last_limit = limit;
  }
  for (const int64_t side : kTileSides) {
    if (side >= longest) continue;
    demand.tiled.push_back(
        {.vae_tile = side, .activation_bytes = tile_bytes(stage, config, sizes, side, last_limit)});
  }
}

}  // namespace easel::flux
