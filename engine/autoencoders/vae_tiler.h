// An autoencoder's work done a tile at a time, equal to the untiled result up to rounding.
//
// All that a convolution reads beyond a tile is computed with it and cut off, and a norm of a tile
// takes the statistics of the whole map: for each norm of a segment (vae_segments.h) one pass over
// all tiles goes as far as that norm and finds them, the last pass goes to the segment's end.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/autoencoders/autoencoder_kl.h"
#include "engine/autoencoders/vae_segments.h"

namespace easel {

// One picture on its way through the encoder or the decoder. For one thread.
class TiledPicture {
 public:
  TiledPicture(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes);
  // In segments other than vae_segments'.
  TiledPicture(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes,
               std::vector<VaeSegment> segments);

  // Tiles times passes of all segments; a segment that is not tiled is one unit.
  int64_t num_units() const;
  int64_t units_done() const { return units_done_; }
  bool done() const { return segment_ == segments_.size(); }
  const VaeSizes& sizes() const { return sizes_; }

  // Does one unit. `input` is what the first step gets, the same every time. When it throws, the
  // unit is not done and can be tried again.
  void advance(const VaeChain& chain, const at::Tensor& input);
  // What the last step gave; pixels put together from tiles are fp32 on the host.
  at::Tensor take() { return std::move(before_); }

 private:
  void run_whole(const VaeChain& chain, const at::Tensor& input);
  void run_tile(const VaeChain& chain, const at::Tensor& input);
  void put(const VaeRange& rows, const VaeRange& columns, const at::Tensor& tile);
  void leave_segment(at::Tensor map);

  VaeSizes sizes_;
  VaeTiling tiling_;
  std::vector<VaeStep> steps_;
  std::vector<VaeSegment> segments_;
  int64_t units_done_ = 0;
  // Where it is: in a segment, on a pass over its tiles, at a tile.
  size_t segment_ = 0;
  int64_t pass_ = 0, tile_ = 0;
  at::Tensor before_, after_;  // the maps before the segment (not of the first) and after it
  std::vector<GroupStatistics> known_;  // of the segment's norms, in order
  GroupStatistics found_;               // of the next one, so far
};

// Takes pictures of one size through an autoencoder, so that a stage can stop, report and be
// planned anew between two units. The autoencoder must outlive it. For one thread.
class VaeTiler {
 public:
  // Work that is left, in units, when `pictures` are still to be done, the one begun included. What
  // was begun with other sizes is lost and counts again.
  int64_t units_left(const AutoencoderKlConfig& config, VaeHalf half, int64_t pictures,
                     const VaeSizes& sizes) const;
  // Units done so far, lost ones too.
  int64_t units_done() const { return units_done_; }

  // One unit of decoding latents [1, C, h, w] in tiles of `side` (StageLimits::vae_tile). With the
  // last one: the picture [3, H, W], about -1…1, fp32 on the host.
  std::optional<at::Tensor> decode(const AutoencoderKl& vae, const at::Tensor& latents,
                                   int64_t side);
  // One unit of encoding a picture [1, 3, H, W]. With the last one: the distribution of its
  // latents, in the picture's dtype and place.
  std::optional<AutoencoderKl::Posterior> encode(const AutoencoderKl& vae, const at::Tensor& image,
                                                 int64_t side);

 private:
  std::optional<at::Tensor> advance(const AutoencoderKl& vae, VaeHalf half, const VaeSizes& sizes,
                                    const at::Tensor& input);

  std::optional<TiledPicture> picture_;
  int64_t units_done_ = 0;
};

}  // namespace easel
