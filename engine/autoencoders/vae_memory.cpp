#include "engine/autoencoders/vae_memory.h"

#include <algorithm>

#include "engine/autoencoders/vae_segments.h"

namespace easel {
namespace {

constexpr int64_t kFloatBytes = 4;
// Measured with oneDNN, and with a C library that gives large pieces back at once: what is held
// beside the tensors.
constexpr int64_t kWorkspaceBytes = int64_t{48} << 20;

int64_t to_bytes(const VaePeak& peak, int64_t dtype_size) {
  return (peak.values + peak.largest_weight) * dtype_size + kWorkspaceBytes;
}

}  // namespace

int64_t vae_bytes(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes,
                  int64_t dtype_size, int64_t score_bytes) {
  const std::vector<VaeStep> steps = vae_steps(config, half);
  int64_t bytes = 0;
  for (const VaeSegment& segment : vae_segments(config, half, sizes)) {
    VaePeak peak = vae_segment_peak(steps, segment, sizes);
    // Measured: in 16 bits oneDNN holds one of the largest tensors more.
    if (half == VaeHalf::kDecoder && dtype_size < kFloatBytes) peak.values += peak.largest;
    bytes = std::max(bytes, to_bytes(peak, dtype_size));
  }
  const VaeStep& middle = half == VaeHalf::kDecoder ? steps.front() : steps.back();
  VaePeak attention;
  attention.values = vae_attention_values(middle, sizes);
  return std::max(bytes, to_bytes(attention, dtype_size) + score_bytes);
}

int64_t vae_picture_bytes(const AutoencoderKlConfig& config, int64_t height, int64_t width) {
  return config.out_channels * height * width * config.scale() * config.scale() * kFloatBytes;
}

}  // namespace easel
