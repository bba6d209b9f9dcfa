#include "engine/memory/published/text_encoder_tensors.h"

namespace easel {

TensorTally clip_tensors(const ClipSizes& sizes) {
  TensorTally tally;
  const int64_t width = sizes.hidden;
  tally.tensor(sizes.vocab * width).tensor(sizes.positions * width);
  for (int64_t i = 0; i < sizes.layers; ++i) {
    tally.begin_block().norm(width).norm(width);
    for (int projection = 0; projection < 4; ++projection) tally.linear(width, width);
    tally.linear(width, sizes.intermediate).linear(sizes.intermediate, width);
  }
  tally.end_blocks().norm(width);
  if (sizes.projection > 0) tally.linear(width, sizes.projection, Bias::kNo);
  return tally;
}

TensorTally t5_xxl_tensors() {
  constexpr int64_t kWidth = 4096;
  constexpr int64_t kFeedForward = 10240;
  constexpr int64_t kLayers = 24;
  constexpr int64_t kHeads = 64;  // of 64
  constexpr int64_t kBuckets = 32;
  TensorTally tally;
  tally.tensor(32128 * kWidth);
  for (int64_t i = 0; i < kLayers; ++i) {
    tally.begin_block();
    for (int projection = 0; projection < 4; ++projection)
      tally.linear(kWidth, kHeads * 64, Bias::kNo);
    if (i == 0) tally.tensor(kBuckets * kHeads);
    tally.norm(kWidth, Bias::kNo);
    tally.linear(kWidth, kFeedForward, Bias::kNo).linear(kWidth, kFeedForward, Bias::kNo);
    tally.linear(kFeedForward, kWidth, Bias::kNo).norm(kWidth, Bias::kNo);
  }
  tally.end_blocks().norm(kWidth, Bias::kNo);
  return tally;
}

TensorTally llama_8b_tensors() {
  constexpr int64_t kWidth = 4096;
  constexpr int64_t kFeedForward = 14336;
  constexpr int64_t kLayers = 32;
  constexpr int64_t kKeyWidth = 8 * 128;
  TensorTally tally;
  tally.tensor(128256 * kWidth);
  for (int64_t i = 0; i < kLayers; ++i) {
    tally.begin_block();
    tally.linear(kWidth, kWidth, Bias::kNo).linear(kWidth, kKeyWidth, Bias::kNo);
    tally.linear(kWidth, kKeyWidth, Bias::kNo).linear(kWidth, kWidth, Bias::kNo);
    tally.linear(kWidth, kFeedForward, Bias::kNo).linear(kWidth, kFeedForward, Bias::kNo);
    tally.linear(kFeedForward, kWidth, Bias::kNo);
    tally.norm(kWidth, Bias::kNo).norm(kWidth, Bias::kNo);
  }
  tally.end_blocks().norm(kWidth, Bias::kNo);
  return tally;
}

}  // namespace easel
