#include "engine/autoencoders/vae_steps.h"

#include <algorithm>

namespace easel {
namespace {

std::vector<VaeStep> decoder_steps(const AutoencoderKlConfig& config) {
  const auto levels = static_cast<int64_t>(config.block_out_channels.size());
  int64_t channels = config.block_out_channels.back(), scale = 1;
  std::vector<VaeStep> steps = {{VaeStep::Kind::kMiddle, config.latent_channels, 1, channels, 1,
                                 channels, 1,
                                 /*enters_by_convolution=*/true, config.mid_block_add_attention}};
  for (int64_t level = levels; level-- > 0;) {
    const int64_t out = config.block_out_channels[static_cast<size_t>(level)];
    for (int64_t i = 0; i <= config.layers_per_block; ++i) {
      const bool doubles = i == 0 && level + 1 < levels;
      const int64_t entry_scale = scale;
      if (doubles) scale *= 2;
      steps.push_back(
          {VaeStep::Kind::kResnet, channels, entry_scale, channels, scale, out, scale, doubles});
      channels = out;
    }
  }
  steps.push_back(
      {VaeStep::Kind::kPixels, channels, scale, channels, scale, config.out_channels, scale});
  return steps;
}

std::vector<VaeStep> encoder_steps(const AutoencoderKlConfig& config) {
  const size_t levels = config.block_out_channels.size();
  int64_t entry = config.in_channels, channels = config.block_out_channels.front(),
          scale = config.scale();
  std::vector<VaeStep> steps;
  for (size_t level = 0; level < levels; ++level) {
    const int64_t out = config.block_out_channels[level];
    for (int64_t i = 0; i < config.layers_per_block; ++i) {
      const bool halves = i + 1 == config.layers_per_block && level + 1 < levels;
      const int64_t exit_scale = halves ? scale / 2 : scale;
      steps.push_back({VaeStep::Kind::kResnet, entry, scale, channels, scale, out, exit_scale,
                       /*enters_by_convolution=*/steps.empty()});
      entry = channels = out;
      scale = exit_scale;
    }
  }
  steps.push_back({VaeStep::Kind::kMiddle, channels, 1, channels, 1, 2 * config.latent_channels, 1,
                   /*enters_by_convolution=*/false, config.mid_block_add_attention});
  return steps;
}

void append_entry(const VaeStep& step, std::vector<VaeOp>& ops) {
  if (step.doubles()) ops.push_back(VaeOp::kDouble);
  if (step.enters_by_convolution) ops.push_back(VaeOp::kConvolve);
}

// One convolution after each norm.
void append_rest(const VaeStep& step, std::vector<VaeOp>& ops) {
  ops.insert(ops.end(), static_cast<size_t>(step.num_norms()), VaeOp::kConvolve);
  if (step.halves()) ops.push_back(VaeOp::kHalve);
}

// What one operation reads to give `range`. Halving pads to the right and below: an output is made
// of two inputs and the one after them.
VaeRange input_of(VaeOp op, const VaeRange& range) {
  switch (op) {
    case VaeOp::kConvolve:
      return {range.begin - 1, range.end + 1};
    case VaeOp::kDouble:
      return {range.begin / 2, (range.end + 1) / 2};
    case VaeOp::kHalve:
      return {range.begin * 2, range.end * 2 + 1};
  }
  return range;
}

int64_t length_before(VaeOp op, int64_t length) {
  if (op == VaeOp::kDouble) return length / 2;
  return op == VaeOp::kHalve ? length * 2 : length;
}

int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

int64_t VaeStep::num_norms() const {
  if (kind == Kind::kMiddle) return 0;
  return kind == Kind::kResnet ? 2 : 1;
}

std::vector<VaeStep> vae_steps(const AutoencoderKlConfig& config, VaeHalf half) {
  return half == VaeHalf::kDecoder ? decoder_steps(config) : encoder_steps(config);
}

int64_t num_vae_passes(const std::vector<VaeStep>& steps, const VaeSegment& segment) {
  int64_t passes = 1;
  for (size_t i = segment.begin; i < segment.end; ++i) passes += steps[i].num_norms();
  return passes;
}

VaePass vae_pass(const std::vector<VaeStep>& steps, const VaeSegment& segment, int64_t pass) {
  VaePass result;
  result.entry_scale = steps[segment.begin].entry_scale;
  int64_t norms = pass;
  for (result.step = segment.begin; result.step < segment.end; ++result.step) {
    const VaeStep& step = steps[result.step];
    append_entry(step, result.ops);
    if (norms < step.num_norms()) {
      result.norm = norms;
      result.exit_scale = step.scale;
      result.ops.insert(result.ops.end(), static_cast<size_t>(norms), VaeOp::kConvolve);
      return result;
    }
    append_rest(step, result.ops);
    norms -= step.num_norms();
  }
  result.exit_scale = steps[segment.end - 1].exit_scale;
  return result;
}

VaeRange vae_pass_input(const VaePass& pass, const VaeRange& tile, int64_t length) {
  VaeRange range{tile.begin * pass.exit_scale, tile.end * pass.exit_scale};
  int64_t limit = length * pass.exit_scale, multiple = 1;
  for (auto op = pass.ops.rbegin(); op != pass.ops.rend(); ++op) {
    limit = length_before(*op, limit);
    if (*op == VaeOp::kHalve) multiple *= 2;
    range = input_of(*op, range);
    range = {std::max<int64_t>(range.begin, 0), std::min(range.end, limit)};
  }
  return {range.begin / multiple * multiple, round_up(range.end, multiple)};
}

int64_t vae_pass_input_length(const VaePass& pass, int64_t tile_length, int64_t length) {
  // In the middle of a map without borders. A multiple of everything on the way lies before it, so
  // that rounding is as for any tile's.
  constexpr int64_t kFar = int64_t{1} << 20;
  const VaeRange free = vae_pass_input(pass, {kFar, kFar + tile_length}, 2 * kFar + tile_length);
  return std::min(free.length(), length * pass.entry_scale);
}

}  // namespace easel
