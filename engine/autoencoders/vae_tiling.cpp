#include "engine/autoencoders/vae_tiling.h"

#include <algorithm>

namespace easel {
namespace {

int64_t clamp_side(int64_t side) { return side <= 0 ? 0 : std::max(side, kSmallestVaeTile); }

}  // namespace

TileAxis::TileAxis(int64_t length, int64_t side)
    : length_(length), num_tiles_(side > 0 ? (length + side - 1) / side : 1) {}

VaeRange TileAxis::tile(int64_t index) const {
  return {length_ * index / num_tiles_, length_ * (index + 1) / num_tiles_};
}

VaeTiling::VaeTiling(int64_t height, int64_t width, int64_t side)
    : rows_(height, clamp_side(side)), columns_(width, clamp_side(side)) {}

}  // namespace easel
