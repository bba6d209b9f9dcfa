// The encoder and the decoder of an AutoencoderKL as a chain of steps, from the config alone; no
// torch. Between two steps there is one map [B, C, H, W] and nothing else, so that is where the
// work can be cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/autoencoders/autoencoder_kl_config.h"
#include "engine/autoencoders/vae_tiling.h"

namespace easel {

enum class VaeHalf { kEncoder, kDecoder };

// Sides of a map: latent pixels · scale.
struct VaeStep {
  enum class Kind {
    // The middle block with the convolution between it and the latents. Attends from every position
    // to every other: never in tiles.
    kMiddle,
    // A residual block. The encoder's first one begins with the convolution from the pixels, a
    // decoder level's with the doubling of the sides, an encoder level's last one ends with their
    // halving.
    kResnet,
    kPixels,  // the decoder's last norm and the convolution to the pixels
  };

  Kind kind = Kind::kResnet;
  int64_t entry_channels = 0, entry_scale = 1;  // of the map before the step
  int64_t in_channels = 0, scale = 1;           // where its first norm is
  int64_t out_channels = 0, exit_scale = 1;     // of the map after it
  bool enters_by_convolution = false;
  bool attends = false;  // the middle block may do without

  bool doubles() const { return scale == 2 * entry_scale; }
  bool halves() const { return scale == 2 * exit_scale; }
  // Norms that tiles need the whole map's statistics for.
  int64_t num_norms() const;
};

std::vector<VaeStep> vae_steps(const AutoencoderKlConfig& config, VaeHalf half);

// Steps [begin, end) of a half's.
struct VaeSegment {
  size_t begin = 0, end = 0;
  bool tiled = false;

  bool operator==(const VaeSegment&) const = default;
};

// One way through a segment in tiles, from its beginning to the input of its norm number `pass`, or
// to its end: pass 0, 1, …, num_vae_passes − 1. Each but the last one finds the statistics of a
// norm.
int64_t num_vae_passes(const std::vector<VaeStep>& steps, const VaeSegment& segment);

// Where a pass stops.
struct VaePass {
  size_t step = 0;         // at this step's norm, or at the segment's end
  int64_t norm = 0;        // of the step
  int64_t exit_scale = 1;  // of the map that it stops at
};
VaePass vae_pass(const std::vector<VaeStep>& steps, const VaeSegment& segment, int64_t pass);

// What of the map before the segment, along one side and in its pixels, is taken for a tile: all
// that the tile depends on at the segment's end, from and to multiples of what is halved on the
// way, within the map. As long for every tile and every pass, because a convolution of another size
// costs oneDNN another kernel.
VaeRange vae_tile_input(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                        const TileAxis& axis, int64_t tile);
int64_t vae_tile_input_length(const std::vector<VaeStep>& steps, const VaeSegment& segment,
                              const TileAxis& axis);

}  // namespace easel
