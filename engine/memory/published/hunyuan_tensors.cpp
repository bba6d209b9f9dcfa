#include "engine/memory/published/hunyuan_tensors.h"

namespace easel {
namespace {

constexpr int64_t kSinusoids = 256;
constexpr int64_t kPatchPixels = 16 * 16 * 3;
// Downsampling halves both sides; the last two levels halve the frames too.
constexpr int64_t kSpatialFactor = 4;
constexpr size_t kTemporalLevels = 2;

void timestep_embedder(TensorTally& tally, int64_t width) {
  tally.linear(kSinusoids, width).linear(width, width);
}

// Residual block with a scale and shift of the timestep.
void patch_block(TensorTally& tally, int64_t in, int64_t out, int64_t embedding) {
  tally.norm(in).conv(in, out, 3).linear(embedding, 2 * out).norm(out).conv(out, out, 3);
  if (in != out) tally.conv(in, out, 1);
}

void vae_block(TensorTally& tally, int64_t width) {
  tally.norm(width).conv3d(width, width, 3).norm(width).conv3d(width, width, 3);
}

void vae_middle(TensorTally& tally, int64_t width) {
  vae_block(tally, width);
  tally.norm(width);
  for (int projection = 0; projection < 4; ++projection) tally.conv3d(width, width, 1);
  vae_block(tally, width);
}

}  // namespace

TensorTally hunyuan_model_tensors(const HunyuanSizes& sizes) {
  TensorTally tally;
  const int64_t width = sizes.width;
  tally.tensor(sizes.vocab * width).tensor(sizes.vocab * width).norm(width, Bias::kNo);
  for (int embedder = 0; embedder < 3; ++embedder) timestep_embedder(tally, width);
  tally.conv(sizes.latent_channels, sizes.patch_hidden, 3);
  patch_block(tally, sizes.patch_hidden, width, width);
  patch_block(tally, width, sizes.patch_hidden, width);
  tally.norm(sizes.patch_hidden).conv(sizes.patch_hidden, sizes.latent_channels, 3);
  const auto expert = [&](int64_t inner) {
    tally.linear(width, 2 * inner, Bias::kNo).linear(inner, width, Bias::kNo);
  };
  for (int64_t i = 0; i < sizes.layers; ++i) {
    tally.begin_block().norm(width, Bias::kNo).norm(width, Bias::kNo);
    tally.linear(width, (sizes.heads + 2 * sizes.key_heads) * sizes.head_dim, Bias::kNo);
    tally.linear(sizes.heads * sizes.head_dim, width, Bias::kNo);
    tally.norm(sizes.head_dim, Bias::kNo).norm(sizes.head_dim, Bias::kNo);
    tally.tensor_fp32(sizes.experts * width);
    expert(sizes.shared_experts * sizes.expert_width);
    for (int64_t j = 0; j < sizes.experts; ++j) {
      tally.begin_block();
      expert(sizes.expert_width);
    }
  }
  return tally;
}

TensorTally hunyuan_vae_tensors(const HunyuanSizes& sizes) {
  const std::vector<int64_t>& channels = sizes.vae_channels;
  const size_t resampled = channels.size() - 1;
  TensorTally tally;
  tally.conv3d(3, channels[0], 3);
  for (size_t level = 0; level < channels.size(); ++level) {
    for (int64_t i = 0; i < sizes.vae_layers; ++i) vae_block(tally, channels[level]);
    if (level == resampled) break;
    const bool temporal = level + kTemporalLevels >= resampled;
    const int64_t factor = kSpatialFactor * (temporal ? 2 : 1);
    tally.conv3d(channels[level], channels[level + 1] / factor, 3);
  }
  vae_middle(tally, channels.back());
  tally.norm(channels.back()).conv3d(channels.back(), 2 * sizes.latent_channels, 3);

  tally.conv3d(sizes.latent_channels, channels.back(), 3);
  vae_middle(tally, channels.back());
  for (size_t level = channels.size(); level-- > 0;) {
    for (int64_t i = 0; i < sizes.vae_layers + 1; ++i) vae_block(tally, channels[level]);
    if (level == 0) break;
    const bool temporal = level + kTemporalLevels > resampled;
    const int64_t factor = kSpatialFactor * (temporal ? 2 : 1);
    tally.conv3d(channels[level], channels[level - 1] * factor, 3);
  }
  tally.norm(channels[0]).conv3d(channels[0], 3, 3);
  return tally;
}

TensorTally hunyuan_vision_tensors(const HunyuanSizes& sizes) {
  const int64_t width = sizes.vision_width;
  TensorTally tally;
  tally.linear(kPatchPixels, width).tensor(sizes.vision_positions * width);
  const auto mlp = [&] {
    tally.linear(width, sizes.vision_intermediate).linear(sizes.vision_intermediate, width);
  };
  for (int64_t i = 0; i < sizes.vision_layers; ++i) {
    tally.begin_block().norm(width).norm(width);
    for (int projection = 0; projection < 4; ++projection) tally.linear(width, width);
    mlp();
  }
  tally.end_blocks().norm(width);
  tally.tensor(width).linear(width, 3 * width).linear(width, width).norm(width);  // pooling head
  mlp();
  tally.linear(width, sizes.width).linear(sizes.width, sizes.width);  // aligner
  return tally;
}

}  // namespace easel
