#include "engine/autoencoders/vae_segments.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace easel {
namespace {

// Maps may take as much as a tile, and the tile as much again.
constexpr int64_t kPartsOfTile = 2;
// When no segments are within the limit, it grows by an eighth.
constexpr int64_t kGrowth = 8;

struct Candidate {
  VaeSegment segment;
  int64_t values = 0;  // at the peak
  double flops = 0;
};

bool has_middle(const std::vector<VaeStep>& steps, const VaeSegment& segment) {
  return std::any_of(steps.begin() + static_cast<ptrdiff_t>(segment.begin),
                     steps.begin() + static_cast<ptrdiff_t>(segment.end),
                     [](const VaeStep& step) { return step.kind == VaeStep::Kind::kMiddle; });
}

// Every run of steps as a segment: with the middle block whole, without it in tiles.
std::vector<Candidate> candidates(const std::vector<VaeStep>& steps, const VaeSizes& sizes) {
  std::vector<Candidate> all;
  for (size_t end = 1; end <= steps.size(); ++end) {
    for (size_t begin = 0; begin < end; ++begin) {
      VaeSegment segment{begin, end, /*tiled=*/false};
      segment.tiled = !has_middle(steps, segment);
      all.push_back({segment, vae_segment_peak(steps, segment, sizes).values,
                     vae_segment_flops(steps, segment, sizes)});
    }
  }
  return all;
}

// The path from the first step to the last with the fewest operations, each segment within `limit`
// values; none where there is no such path. Candidates come ordered by their ends.
std::optional<std::vector<VaeSegment>> fewest_operations(const std::vector<Candidate>& all,
                                                         size_t num_steps, int64_t limit) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  std::vector<double> flops(num_steps + 1, kNever);
  std::vector<const Candidate*> last(num_steps + 1, nullptr);
  flops[0] = 0;
  for (const Candidate& candidate : all) {
    const VaeSegment& segment = candidate.segment;
    const double reached = flops[segment.begin] + candidate.flops;
    if (candidate.values > limit || reached >= flops[segment.end]) continue;
    flops[segment.end] = reached;
    last[segment.end] = &candidate;
  }
  if (last[num_steps] == nullptr) return std::nullopt;
  std::vector<VaeSegment> segments;
  for (size_t end = num_steps; end > 0; end = segments.back().begin)
    segments.push_back(last[end]->segment);
  std::reverse(segments.begin(), segments.end());
  return segments;
}

// Of a picture of the size of one tile, all of it, and at least of the middle block's step.
int64_t first_limit(const std::vector<VaeStep>& steps, const VaeSizes& sizes) {
  const VaeSegment all{0, steps.size(), /*tiled=*/false};
  const VaeSizes tile{std::min(sizes.height, sizes.side), std::min(sizes.width, sizes.side), 0};
  int64_t middle = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const VaeSegment alone{i, i + 1, /*tiled=*/false};
    if (has_middle(steps, alone)) middle = vae_segment_peak(steps, alone, sizes).values;
  }
  return std::max(kPartsOfTile * vae_segment_peak(steps, all, tile).values, middle);
}

std::vector<VaeSegment> choose(const std::vector<VaeStep>& steps, const VaeSizes& sizes) {
  const VaeSegment whole{0, steps.size(), /*tiled=*/false};
  if (VaeTiling(sizes.height, sizes.width, sizes.side).num_tiles() == 1) return {whole};
  int64_t limit = first_limit(steps, sizes);
  if (vae_segment_peak(steps, whole, sizes).values <= limit) return {whole};
  const std::vector<Candidate> all = candidates(steps, sizes);
  for (;; limit += limit / kGrowth) {
    if (const auto segments = fewest_operations(all, steps.size(), limit)) return *segments;
  }
}

}  // namespace

std::vector<VaeSegment> vae_segments(const AutoencoderKlConfig& config, VaeHalf half,
                                     const VaeSizes& sizes) {
  return choose(vae_steps(config, half), sizes);
}

double vae_flops(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes) {
  const std::vector<VaeStep> steps = vae_steps(config, half);
  return vae_segment_flops(steps, {0, steps.size(), /*tiled=*/false}, sizes);
}

double vae_recompute(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes) {
  const std::vector<VaeStep> steps = vae_steps(config, half);
  double flops = 0;
  for (const VaeSegment& segment : choose(steps, sizes))
    flops += vae_segment_flops(steps, segment, sizes);
  return flops / vae_flops(config, half, sizes);
}

}  // namespace easel
