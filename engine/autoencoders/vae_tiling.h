// How an autoencoder's work is cut into overlapping tiles, and how they are blended; no torch.
//
// All tiles along a side are of one length and spread evenly, so that none is a sliver with
// statistics of its own. Neighbours overlap by a quarter of a tile at least; in the middle of the
// overlap a band is blended, and what lies beyond the band towards a tile's edge, where the
// padding of the convolutions shows, is not used at all.
#pragma once

#include <cstdint>
#include <vector>

namespace easel {

// The smallest side that a tile may have, in latent pixels: below it the seams would show.
inline constexpr int64_t kSmallestVaeTile = 16;

// In latent pixels.
struct VaeTile {
  int64_t top = 0, left = 0, height = 0, width = 0;
};

// Tiles along one side of `length` latent pixels. A value.
class TileAxis {
 public:
  // `side`: the most that a tile may take; 0: all of it.
  TileAxis(int64_t length, int64_t side);

  int64_t length() const { return length_; }
  int64_t num_tiles() const { return num_tiles_; }
  int64_t tile_length() const { return tile_length_; }
  int64_t begin(int64_t index) const;

  // What each pixel of a tile counts in the result, `scale` pixels to a latent one: [tile_length ·
  // scale] within 0…1; over all tiles they add up to 1.
  std::vector<float> weights(int64_t index, int64_t scale) const;

  // Whether more than one tile counts at this latent pixel.
  bool in_seam(int64_t position) const;

  bool operator==(const TileAxis&) const = default;

 private:
  // The band that is blended between tile `index` and the next begins here, in half latent pixels.
  int64_t band_begin_halves(int64_t index) const;

  int64_t length_, tile_length_, num_tiles_, band_;
};

// Tiles of latents [height, width], row by row. A value.
class VaeTiling {
 public:
  // `side` as in StageLimits::vae_tile: 0, or at least kSmallestVaeTile (less is taken as that).
  VaeTiling(int64_t height, int64_t width, int64_t side);

  int64_t num_tiles() const { return rows_.num_tiles() * columns_.num_tiles(); }
  VaeTile tile(int64_t index) const;
  const TileAxis& rows() const { return rows_; }
  const TileAxis& columns() const { return columns_; }
  bool operator==(const VaeTiling&) const = default;

 private:
  TileAxis rows_, columns_;
};

}  // namespace easel
