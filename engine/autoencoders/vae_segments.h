// Into which segments an autoencoder's work is cut for tiles of a given side; no torch.
//
// A segment in tiles begins with a whole map and leaves one, and passes over its tiles once more
// for every norm in it. Short segments compute little twice but keep large maps; long ones the
// other way round. The segments are those with the fewest operations whose maps take no more than a
// tile does.
#pragma once

#include <vector>

#include "engine/autoencoders/vae_peak.h"
#include "engine/autoencoders/vae_steps.h"

namespace easel {

// In order, all steps of the half. Those around the middle block are one segment that is not tiled;
// it is all there is where that takes no more memory. A pure function.
std::vector<VaeSegment> vae_segments(const AutoencoderKlConfig& config, VaeHalf half,
                                     const VaeSizes& sizes);

// Multiplications and additions of the half for one picture, without tiles.
double vae_flops(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes);

// How many times the operations of the half without tiles the segments take.
double vae_recompute(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes);

}  // namespace easel
