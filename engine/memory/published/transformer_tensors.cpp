#include "engine/memory/published/transformer_tensors.h"

namespace easel {
namespace {

constexpr int64_t kSinusoids = 256;

void projections(TensorTally& tally, int64_t width, int count) {
  for (int i = 0; i < count; ++i) tally.linear(width, width);
}

void mlp(TensorTally& tally, int64_t in, int64_t width) {
  tally.linear(in, width).linear(width, width);
}

void feed_forward(TensorTally& tally, int64_t width) {
  tally.linear(width, 4 * width).linear(4 * width, width);
}

void swiglu(TensorTally& tally, int64_t width, int64_t inner) {
  tally.linear(width, inner, Bias::kNo).linear(width, inner, Bias::kNo);
  tally.linear(inner, width, Bias::kNo);
}

struct HiDream {
  static constexpr int64_t kWidth = 2560;
  static constexpr int64_t kExpert = 6912;
  static constexpr int64_t kSharedExpert = 3584;
  static constexpr int kExperts = 4;

  // Modulation, attention, and what of the feed-forwards every token passes.
  static void block(TensorTally& tally, int streams) {
    tally.begin_block().linear(kWidth, 6 * streams * kWidth);
    for (int stream = 0; stream < streams; ++stream) {
      projections(tally, kWidth, 4);
      tally.norm(kWidth, Bias::kNo).norm(kWidth, Bias::kNo);
    }
    swiglu(tally, kWidth, kSharedExpert);
    tally.tensor(kExperts * kWidth);                   // the gate
    if (streams == 2) swiglu(tally, kWidth, kExpert);  // of the text
    for (int expert = 0; expert < kExperts; ++expert) swiglu(tally.begin_block(), kWidth, kExpert);
  }
};

}  // namespace

TensorTally flux_tensors(GuidanceEmbedding guidance) {
  constexpr int64_t kWidth = 3072;
  constexpr int64_t kHead = 128;
  TensorTally tally;
  mlp(tally, kSinusoids, kWidth);
  if (guidance == GuidanceEmbedding::kYes) mlp(tally, kSinusoids, kWidth);
  mlp(tally, /*pooled=*/768, kWidth);
  tally.linear(4096, kWidth).linear(64, kWidth);
  for (int i = 0; i < 19; ++i) {
    tally.begin_block().linear(kWidth, 6 * kWidth).linear(kWidth, 6 * kWidth);
    projections(tally, kWidth, 8);
    for (int norm = 0; norm < 4; ++norm) tally.norm(kHead, Bias::kNo);
    feed_forward(tally, kWidth);
    feed_forward(tally, kWidth);
  }
  for (int i = 0; i < 38; ++i) {
    tally.begin_block().linear(kWidth, 3 * kWidth);
    projections(tally, kWidth, 3);
    tally.norm(kHead, Bias::kNo).norm(kHead, Bias::kNo);
    tally.linear(kWidth, 4 * kWidth).linear(5 * kWidth, kWidth);
  }
  tally.end_blocks().linear(kWidth, 2 * kWidth).linear(kWidth, 64);
  return tally;
}

TensorTally sd3_medium_tensors() {
  constexpr int64_t kWidth = 1536;
  constexpr int kLayers = 24;
  TensorTally tally;
  tally.conv(16, kWidth, /*kernel=*/2);
  tally.tensor(192 * 192 * kWidth);  // positions: a buffer of the checkpoint
  mlp(tally, kSinusoids, kWidth);
  mlp(tally, /*pooled=*/2048, kWidth);
  tally.linear(4096, kWidth);
  for (int i = 0; i < kLayers; ++i) {
    const bool last = i + 1 == kLayers;  // gives no text
    tally.begin_block().linear(kWidth, 6 * kWidth).linear(kWidth, (last ? 2 : 6) * kWidth);
    projections(tally, kWidth, last ? 7 : 8);
    feed_forward(tally, kWidth);
    if (!last) feed_forward(tally, kWidth);
  }
  tally.end_blocks().linear(kWidth, 2 * kWidth).linear(kWidth, 64);
  return tally;
}

TensorTally hidream_i1_tensors() {
  constexpr int64_t kWidth = HiDream::kWidth;
  TensorTally tally;
  mlp(tally, kSinusoids, kWidth);
  mlp(tally, /*pooled=*/2048, kWidth);
  tally.linear(64, kWidth);
  for (int caption = 0; caption < 49; ++caption) tally.linear(4096, kWidth, Bias::kNo);
  for (int i = 0; i < 16; ++i) HiDream::block(tally, /*streams=*/2);
  for (int i = 0; i < 32; ++i) HiDream::block(tally, /*streams=*/1);
  tally.end_blocks().linear(kWidth, 64).linear(kWidth, 2 * kWidth);
  return tally;
}

}  // namespace easel
