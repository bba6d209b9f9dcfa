#include "engine/memory/published/unet_tensors.h"

#include <iterator>
#include <vector>

namespace easel {
namespace {

constexpr int64_t kChannels[] = {320, 640, 1280};
constexpr int kDepths[] = {0, 2, 10};  // transformer blocks an attention
constexpr int64_t kTime = 1280;
constexpr int64_t kText = 2048;
constexpr int kLayers = 2;

void residual_block(TensorTally& tally, int64_t in, int64_t out) {
  tally.begin_block().norm(in).conv(in, out, 3).linear(kTime, out).norm(out).conv(out, out, 3);
  if (in != out) tally.conv(in, out, 1);
  tally.end_blocks();
}

void transformer_block(TensorTally& tally, int64_t width) {
  tally.begin_block().norm(width).norm(width).norm(width);
  for (const int64_t context : {width, kText}) {
    tally.linear(width, width, Bias::kNo);
    tally.linear(context, width, Bias::kNo).linear(context, width, Bias::kNo);
    tally.linear(width, width);
  }
  tally.linear(width, 2 * 4 * width).linear(4 * width, width);  // gated
  tally.end_blocks();
}

void attention(TensorTally& tally, int64_t width, int depth) {
  if (depth == 0) return;
  tally.norm(width).linear(width, width).linear(width, width);
  for (int i = 0; i < depth; ++i) transformer_block(tally, width);
}

void resampling(TensorTally& tally, int64_t channels) {
  tally.begin_block().conv(channels, channels, 3).end_blocks();
}

// Returns the widths that the way up takes up again, last first.
std::vector<int64_t> way_down(TensorTally& tally) {
  std::vector<int64_t> skipped = {kChannels[0]};
  int64_t in = kChannels[0];
  for (size_t level = 0; level < std::size(kChannels); ++level) {
    const int64_t out = kChannels[level];
    for (int i = 0; i < kLayers; ++i) {
      residual_block(tally, i == 0 ? in : out, out);
      attention(tally, out, kDepths[level]);
      skipped.push_back(out);
    }
    if (level + 1 < std::size(kChannels)) {
      resampling(tally, out);
      skipped.push_back(out);
    }
    in = out;
  }
  return skipped;
}

void way_up(TensorTally& tally, std::vector<int64_t> skipped) {
  int64_t in = kChannels[std::size(kChannels) - 1];
  for (size_t level = std::size(kChannels); level-- > 0;) {
    const int64_t out = kChannels[level];
    for (int i = 0; i < kLayers + 1; ++i) {
      residual_block(tally, in + skipped.back(), out);
      skipped.pop_back();
      attention(tally, out, kDepths[level]);
      in = out;
    }
    if (level > 0) resampling(tally, out);
  }
}

}  // namespace

TensorTally sdxl_unet_tensors() {
  TensorTally tally;
  tally.conv(4, kChannels[0], 3);
  tally.linear(kChannels[0], kTime).linear(kTime, kTime);
  tally.linear(2816, kTime).linear(kTime, kTime);
  const std::vector<int64_t> skipped = way_down(tally);
  residual_block(tally, 1280, 1280);
  attention(tally, 1280, kDepths[2]);
  residual_block(tally, 1280, 1280);
  way_up(tally, skipped);
  tally.norm(kChannels[0]).conv(kChannels[0], 4, 3);
  return tally;
}

}  // namespace easel
