// How a picture is cut into tiles that touch and do not overlap; no torch.
#pragma once

#include <cstdint>

namespace easel {

// The smallest side that a tile may have, in latent pixels: below it a tile is mostly the margin
// that it is computed with.
inline constexpr int64_t kSmallestVaeTile = 8;

// From `begin` up to `end`, which is not in it.
struct VaeRange {
  int64_t begin = 0, end = 0;

  int64_t length() const { return end - begin; }
  bool operator==(const VaeRange&) const = default;
};

// Tiles along one side of `length` latent pixels, each of `side` at most (0: all of it) and as long
// as the others up to one. A value.
class TileAxis {
 public:
  TileAxis(int64_t length, int64_t side);

  int64_t length() const { return length_; }
  int64_t num_tiles() const { return num_tiles_; }
  int64_t longest() const { return (length_ + num_tiles_ - 1) / num_tiles_; }
  VaeRange tile(int64_t index) const;

  bool operator==(const TileAxis&) const = default;

 private:
  int64_t length_, num_tiles_;
};

// Tiles of latents [height, width], row by row. A value.
class VaeTiling {
 public:
  // `side` as in StageLimits::vae_tile: 0, or at least kSmallestVaeTile (less is taken as that).
  VaeTiling(int64_t height, int64_t width, int64_t side);

  int64_t num_tiles() const { return rows_.num_tiles() * columns_.num_tiles(); }
  int64_t row(int64_t index) const { return index / columns_.num_tiles(); }
  int64_t column(int64_t index) const { return index % columns_.num_tiles(); }
  const TileAxis& rows() const { return rows_; }
  const TileAxis& columns() const { return columns_; }
  bool operator==(const VaeTiling&) const = default;

 private:
  TileAxis rows_, columns_;
};

}  // namespace easel
