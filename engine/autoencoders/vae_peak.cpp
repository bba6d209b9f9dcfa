#include "engine/autoencoders/vae_peak.h"

#include <algorithm>

namespace easel {
namespace {

constexpr int64_t kKernelArea = 9;

// Sides of what is computed at once, in pixels of the map that a segment begins with.
struct Area {
  int64_t height = 0, width = 0;
  int64_t scale = 1;  // of the map that it is measured in

  int64_t pixels(int64_t at_scale) const {
    return height * at_scale / scale * (width * at_scale / scale);
  }
};

// Every function counts the most while it runs, its input included, beside what is `held`.
class PeakCounter {
 public:
  explicit PeakCounter(int64_t held) : held_(held) {}
  const VaePeak& peak() const { return peak_; }

  void see(int64_t values) { peak_.values = std::max(peak_.values, held_ + values); }

  // Of `in` values to `out`, beside `other` ones: first both copies in blocks and the input, then
  // the output and its copy and the input.
  void convolution(int64_t other, int64_t in, int64_t out, int64_t weights) {
    see(other + in + out + std::max(in, out));
    peak_.largest = std::max({peak_.largest, in, out});
    peak_.largest_weight = std::max(peak_.largest_weight, kKernelArea * weights);
  }

  void resnet(int64_t in_channels, int64_t out_channels, int64_t pixels) {
    const int64_t in = in_channels * pixels, out = out_channels * pixels;
    convolution(/*other=*/in, in, out, in_channels * out_channels);
    see(in + 2 * out);  // the second norm
    convolution(/*other=*/in, out, out, out_channels * out_channels);
    if (in_channels != out_channels)
      convolution(/*other=*/out, in, out, in_channels * out_channels);
  }

  void step(const VaeStep& step, const Area& area);

 private:
  int64_t held_;
  VaePeak peak_;
};

// Input, norm and its transposed copy, q, k, v, two of the output.
constexpr int64_t kAttentionValues = 8;

void PeakCounter::step(const VaeStep& step, const Area& area) {
  const int64_t before = step.entry_channels * area.pixels(step.entry_scale);
  const int64_t inside = area.pixels(step.scale), in = step.in_channels * inside;
  const int64_t after = step.out_channels * area.pixels(step.exit_scale);
  if (step.doubles()) {
    see(before + in);
    convolution(/*other=*/0, in, in, step.in_channels * step.in_channels);
  } else if (step.enters_by_convolution) {
    convolution(/*other=*/0, before, in, step.entry_channels * step.in_channels);
  }
  switch (step.kind) {
    case VaeStep::Kind::kMiddle: {
      resnet(step.in_channels, step.in_channels, inside);
      if (step.attends) see(kAttentionValues * in);
      convolution(/*other=*/0, in, after, step.in_channels * step.out_channels);
      return;
    }
    case VaeStep::Kind::kPixels:
      see(2 * in);
      convolution(/*other=*/0, in, after, step.in_channels * step.out_channels);
      return;
    case VaeStep::Kind::kResnet:
      resnet(step.in_channels, step.out_channels, inside);
      if (!step.halves()) return;
      see(2 * step.out_channels * inside);  // padded to the right and below
      convolution(/*other=*/0, step.out_channels * inside, after,
                  step.out_channels * step.out_channels);
  }
}

double convolution_flops(int64_t in_channels, int64_t out_channels, int64_t pixels) {
  return 2.0 * static_cast<double>(kKernelArea * in_channels * out_channels) *
         static_cast<double>(pixels);
}

double middle_flops(const VaeStep& step, int64_t pixels) {
  const auto channels = static_cast<double>(step.in_channels), count = static_cast<double>(pixels);
  double flops = convolution_flops(step.entry_channels, step.in_channels, pixels) +
                 4 * convolution_flops(step.in_channels, step.in_channels, pixels);
  if (step.attends) flops += 8 * channels * channels * count + 4 * channels * count * count;
  return flops;
}

// Of a step up to the input of its norm `norms`, or to its end.
double step_flops(const VaeStep& step, const Area& area, int64_t norms) {
  const int64_t inside = area.pixels(step.scale);
  if (step.kind == VaeStep::Kind::kMiddle) return middle_flops(step, inside);
  double flops = 0;
  if (step.enters_by_convolution)
    flops += convolution_flops(step.entry_channels, step.in_channels, inside);
  if (norms > 0) flops += convolution_flops(step.in_channels, step.out_channels, inside);
  if (norms > 1) flops += convolution_flops(step.out_channels, step.out_channels, inside);
  if (norms == step.num_norms() && step.halves())
    flops += convolution_flops(step.out_channels, step.out_channels, area.pixels(step.exit_scale));
  return flops;
}

// Of a pass, or of a whole segment, over one area.
double flops_before(const std::vector<VaeStep>& steps, const VaeSegment& segment, size_t step,
                    int64_t norm, const Area& area) {
  double flops = 0;
  for (size_t i = segment.begin; i < std::min(step, segment.end); ++i)
    flops += step_flops(steps[i], area, steps[i].num_norms());
  return step < segment.end ? flops + step_flops(steps[step], area, norm) : flops;
}

Area whole_area(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                const VaeSizes& sizes) {
  const int64_t scale = steps[segment.begin].entry_scale;
  return {sizes.height * scale, sizes.width * scale, scale};
}

Area tile_area(const std::vector<VaeStep>& steps, const VaeSegment& segment,
               const VaeTiling& tiling) {
  return {vae_tile_input_length(steps, segment, tiling.rows()),
          vae_tile_input_length(steps, segment, tiling.columns()),
          steps[segment.begin].entry_scale};
}

// What lies beside the tiles, or beside a whole segment.
int64_t held_values(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                    const VaeSizes& sizes) {
  const VaeStep &first = steps[segment.begin], &last = steps[segment.end - 1];
  const auto map = [&](int64_t channels, int64_t scale) {
    return channels * sizes.height * scale * sizes.width * scale;
  };
  int64_t values = 0;
  if (segment.begin > 0) values += map(first.entry_channels, first.entry_scale);
  if (segment.tiled && segment.end < steps.size())
    values += map(last.out_channels, last.exit_scale);
  return values;
}

}  // namespace

VaePeak vae_segment_peak(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                         const VaeSizes& sizes) {
  const Area area =
      segment.tiled ? tile_area(steps, segment, VaeTiling(sizes.height, sizes.width, sizes.side))
                    : whole_area(steps, segment, sizes);
  PeakCounter counter(held_values(steps, segment, sizes));
  for (size_t i = segment.begin; i < segment.end; ++i) counter.step(steps[i], area);
  return counter.peak();
}

int64_t vae_attention_values(const VaeStep& middle, const VaeSizes& sizes) {
  return middle.attends ? kAttentionValues * middle.in_channels * sizes.height * sizes.width : 0;
}

double vae_segment_flops(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                         const VaeSizes& sizes) {
  if (!segment.tiled) {
    return flops_before(steps, segment, segment.end, /*norm=*/0, whole_area(steps, segment, sizes));
  }
  const VaeTiling tiling(sizes.height, sizes.width, sizes.side);
  const Area area = tile_area(steps, segment, tiling);
  double flops = 0;
  for (int64_t i = 0; i < num_vae_passes(steps, segment); ++i) {
    const VaePass pass = vae_pass(steps, segment, i);
    flops += flops_before(steps, segment, pass.step, pass.norm, area);
  }
  return flops * static_cast<double>(tiling.num_tiles());
}

}  // namespace easel
