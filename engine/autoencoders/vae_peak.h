// The most values that live at once while steps of an autoencoder run; no torch.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/autoencoders/vae_steps.h"

namespace easel {

// Tensors as AutoencoderKl holds them, and what a convolution of oneDNN adds: its input and its
// output once more, in blocks of channels. Counts values, not bytes.
struct VaePeak {
  int64_t values = 0;          // most at once
  int64_t largest = 0;         // of one tensor
  int64_t largest_weight = 0;  // of a convolution, which oneDNN reorders while it is used
};

// A picture, in latent pixels, and the side of its tiles (0: no tiles).
struct VaeSizes {
  int64_t height = 0, width = 0, side = 0;

  bool operator==(const VaeSizes&) const = default;
};

// Of one segment: the maps before and after it included, but for those of pixels.
VaePeak vae_segment_peak(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                         const VaeSizes& sizes);

// Values of the middle block's attention alone.
int64_t vae_attention_values(const VaeStep& middle, const VaeSizes& sizes);

// Multiplications and additions of one segment, every pass over every tile.
double vae_segment_flops(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                         const VaeSizes& sizes);

}  // namespace easel
