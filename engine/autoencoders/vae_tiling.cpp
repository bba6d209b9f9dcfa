#include "engine/autoencoders/vae_tiling.h"

#include <algorithm>

namespace easel {
namespace {

// Of a tile that neighbours share at least; half of that is blended.
constexpr int64_t kOverlapDivisor = 4;
constexpr int64_t kBandDivisor = 2;

int64_t smallest_overlap(int64_t tile) { return tile / kOverlapDivisor; }

int64_t clamp_side(int64_t side) { return side <= 0 ? 0 : std::max(side, kSmallestVaeTile); }

// 0 to 1 with level ends.
float smooth_step(float t) { return t * t * (3.0f - 2.0f * t); }

}  // namespace

TileAxis::TileAxis(int64_t length, int64_t side)
    : length_(length),
      tile_length_(side > 0 ? std::min(side, length) : length),
      num_tiles_(1),
      band_(std::max<int64_t>(smallest_overlap(tile_length_) / kBandDivisor, 1)) {
  if (tile_length_ == length_) return;
  const int64_t overlap = smallest_overlap(tile_length_), step = tile_length_ - overlap;
  num_tiles_ = (length_ - overlap + step - 1) / step;
}

int64_t TileAxis::begin(int64_t index) const {
  if (num_tiles_ == 1) return 0;
  const int64_t gaps = num_tiles_ - 1;
  return ((length_ - tile_length_) * index + gaps / 2) / gaps;
}

int64_t TileAxis::band_begin_halves(int64_t index) const {
  return begin(index + 1) + begin(index) + tile_length_ - band_;
}

std::vector<float> TileAxis::weights(int64_t index, int64_t scale) const {
  // Counted in half pixels, of which a band may begin at an odd one.
  const auto risen = [&](int64_t band, int64_t pixel) {
    const int64_t from_begin = 2 * pixel + 1 - scale * band_begin_halves(band);
    const float t = static_cast<float>(from_begin) / static_cast<float>(2 * scale * band_);
    return smooth_step(std::clamp(t, 0.0f, 1.0f));
  };
  std::vector<float> weights(static_cast<size_t>(tile_length_ * scale), 1.0f);
  for (int64_t i = 0; i < tile_length_ * scale; ++i) {
    const int64_t pixel = begin(index) * scale + i;
    float& weight = weights[static_cast<size_t>(i)];
    if (index > 0) weight = risen(index - 1, pixel);
    if (index + 1 < num_tiles_) weight = std::min(weight, 1.0f - risen(index, pixel));
  }
  return weights;
}

bool TileAxis::in_seam(int64_t position) const {
  for (int64_t i = 0; i + 1 < num_tiles_; ++i) {
    const int64_t begin = band_begin_halves(i);
    if (2 * position + 2 > begin && 2 * position < begin + 2 * band_) return true;
  }
  return false;
}

VaeTiling::VaeTiling(int64_t height, int64_t width, int64_t side)
    : rows_(height, clamp_side(side)), columns_(width, clamp_side(side)) {}

VaeTile VaeTiling::tile(int64_t index) const {
  return {.top = rows_.begin(index / columns_.num_tiles()),
          .left = columns_.begin(index % columns_.num_tiles()),
          .height = rows_.tile_length(),
          .width = columns_.tile_length()};
}

}  // namespace easel
