// A picture, or its latents, that grows tile by tile.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "engine/autoencoders/autoencoder_kl.h"
#include "engine/autoencoders/vae_tiling.h"

namespace easel {

// Sums weighted tiles into one tensor [channels, height · scale, width · scale], fp32 on the host:
// beside it no more than one tile is held. With one tile the sum is that tile. For one thread.
class TileCanvas {
 public:
  // `scale`: pixels of the canvas to a latent one.
  TileCanvas(const VaeTiling& tiling, int64_t scale) : tiling_(tiling), scale_(scale) {}

  bool done() const { return added_ == tiling_.num_tiles(); }
  int64_t tiles_added() const { return added_; }
  const VaeTiling& tiling() const { return tiling_; }
  VaeTile next() const { return tiling_.tile(added_); }  // what add() waits for
  void add(const at::Tensor& tile);  // [1, channels, tile height · scale, tile width · scale]
  at::Tensor take() { return std::move(sum_); }

 private:
  VaeTiling tiling_;
  int64_t scale_;
  int64_t added_ = 0;
  at::Tensor sum_;
};

// Takes pictures of one size through an autoencoder tile by tile, so that a stage can stop, report
// and be planned anew between two tiles. The autoencoder must outlive it. For one thread.
class VaeTiler {
 public:
  // Work that is left, in tiles, when `pictures` of latents [height, width] are still to be done,
  // the one begun included; `side` as in VaeTiling. Tiles of another side are lost and count again.
  int64_t units_left(int64_t pictures, int64_t height, int64_t width, int64_t side) const;
  // Tiles done so far, lost ones too.
  int64_t units_done() const { return units_done_; }

  // Decodes one tile of latents [1, C, h, w]. With the last one: the picture [3, H, W], about -1…1,
  // fp32 on the host. When it throws, the tile is not done and can be tried again.
  std::optional<at::Tensor> decode(const AutoencoderKl& vae, const at::Tensor& latents,
                                   int64_t side);
  // Encodes one tile of a picture [1, 3, H, W]. With the last one: the distribution of its latents,
  // in the picture's dtype and place.
  std::optional<AutoencoderKl::Posterior> encode(const AutoencoderKl& vae, const at::Tensor& image,
                                                 int64_t side);

 private:
  bool continues(const VaeTiling& tiling) const { return canvas_ && canvas_->tiling() == tiling; }
  // The canvas of the picture begun, a new one when its tiles are not those of `tiling`.
  const TileCanvas& canvas_for(const VaeTiling& tiling, int64_t scale);
  std::optional<at::Tensor> add(const at::Tensor& tile);

  std::optional<TileCanvas> canvas_;
  int64_t units_done_ = 0;
};

}  // namespace easel
