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

// What happens to a tile's sides.
enum class Op { kConvolve, kDouble, kHalve };

std::vector<Op> operations(const std::vector<VaeStep>& steps, const VaeSegment& segment) {
  std::vector<Op> ops;
  for (size_t i = segment.begin; i < segment.end; ++i) {
    const VaeStep& step = steps[i];
    if (step.doubles()) ops.push_back(Op::kDouble);
    if (step.enters_by_convolution) ops.push_back(Op::kConvolve);
    // One after each norm.
    ops.insert(ops.end(), static_cast<size_t>(step.num_norms()), Op::kConvolve);
    if (step.halves()) ops.push_back(Op::kHalve);
  }
  return ops;
}

int64_t round_down(int64_t value, int64_t multiple) {
  return value - (value % multiple + multiple) % multiple;
}
int64_t round_up(int64_t value, int64_t multiple) { return -round_down(-value, multiple); }

// What one operation reads to give `range`. Halving pads to the right and below: an output is made
// of two inputs and the one after them.
VaeRange input_of(Op op, const VaeRange& range) {
  switch (op) {
    case Op::kConvolve:
      return {range.begin - 1, range.end + 1};
    case Op::kDouble:
      return {round_down(range.begin, 2) / 2, round_up(range.end, 2) / 2};
    case Op::kHalve:
      return {range.begin * 2, range.end * 2 + 1};
  }
  return range;
}

// All that a tile depends on, beyond the map's borders too.
VaeRange unbounded_input(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                         const VaeRange& tile) {
  const int64_t scale = steps[segment.end - 1].exit_scale;
  VaeRange range{tile.begin * scale, tile.end * scale};
  int64_t multiple = 1;
  const std::vector<Op> ops = operations(steps, segment);
  for (auto op = ops.rbegin(); op != ops.rend(); ++op) {
    range = input_of(*op, range);
    if (*op == Op::kHalve) multiple *= 2;
  }
  return {round_down(range.begin, multiple), round_up(range.end, multiple)};
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
  int64_t norm = pass;
  for (size_t i = segment.begin; i < segment.end; ++i) {
    if (norm < steps[i].num_norms()) return {i, norm, steps[i].scale};
    norm -= steps[i].num_norms();
  }
  return {segment.end, /*norm=*/0, steps[segment.end - 1].exit_scale};
}

int64_t vae_tile_input_length(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                              const TileAxis& axis) {
  const VaeRange free = unbounded_input(steps, segment, {0, axis.longest()});
  return std::min(free.length(), axis.length() * steps[segment.begin].entry_scale);
}

VaeRange vae_tile_input(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                        const TileAxis& axis, int64_t tile) {
  const int64_t map = axis.length() * steps[segment.begin].entry_scale;
  const int64_t length = vae_tile_input_length(steps, segment, axis);
  const VaeRange needed = unbounded_input(steps, segment, axis.tile(tile));
  const int64_t begin = std::clamp<int64_t>(needed.begin, 0, map - length);
  return {begin, begin + length};
}

}  // namespace easel
