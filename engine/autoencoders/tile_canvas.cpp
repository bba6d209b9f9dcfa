#include "engine/autoencoders/tile_canvas.h"

#include <ATen/ATen.h>

#include <utility>
#include <vector>

namespace easel {
namespace {

at::Tensor crop(const at::Tensor& x, const VaeTile& tile, int64_t scale) {
  return x.narrow(-2, tile.top * scale, tile.height * scale)
      .narrow(-1, tile.left * scale, tile.width * scale);
}

}  // namespace

void TileCanvas::add(const at::Tensor& tile) {
  const VaeTile place = next();
  const at::Tensor values = tile.squeeze(0).to(at::kCPU, at::kFloat);
  if (tiling_.num_tiles() == 1) {
    sum_ = values;
  } else {
    if (!sum_.defined()) {
      sum_ = at::zeros(
          {values.size(0), tiling_.rows().length() * scale_, tiling_.columns().length() * scale_},
          at::kFloat);
    }
    const int64_t columns = tiling_.columns().num_tiles();
    const at::Tensor rows =
        at::tensor(tiling_.rows().weights(added_ / columns, scale_), at::kFloat);
    const at::Tensor across =
        at::tensor(tiling_.columns().weights(added_ % columns, scale_), at::kFloat);
    crop(sum_, place, scale_).addcmul_(values, at::outer(rows, across));
  }
  ++added_;
}

int64_t VaeTiler::units_left(int64_t pictures, int64_t height, int64_t width, int64_t side) const {
  const VaeTiling tiling(height, width, side);
  return pictures * tiling.num_tiles() - (continues(tiling) ? canvas_->tiles_added() : 0);
}

const TileCanvas& VaeTiler::canvas_for(const VaeTiling& tiling, int64_t scale) {
  if (!continues(tiling)) canvas_.emplace(tiling, scale);
  return *canvas_;
}

std::optional<at::Tensor> VaeTiler::add(const at::Tensor& tile) {
  canvas_->add(tile);
  ++units_done_;
  if (!canvas_->done()) return std::nullopt;
  at::Tensor whole = canvas_->take();
  canvas_.reset();
  return whole;
}

std::optional<at::Tensor> VaeTiler::decode(const AutoencoderKl& vae, const at::Tensor& latents,
                                           int64_t side) {
  const VaeTiling tiling(latents.size(2), latents.size(3), side);
  const TileCanvas& canvas = canvas_for(tiling, vae.config().scale());
  return add(vae.decode(crop(latents, canvas.next(), /*scale=*/1)));
}

std::optional<AutoencoderKl::Posterior> VaeTiler::encode(const AutoencoderKl& vae,
                                                         const at::Tensor& image, int64_t side) {
  const int64_t scale = vae.config().scale();
  const VaeTiling tiling(image.size(2) / scale, image.size(3) / scale, side);
  const TileCanvas& canvas = canvas_for(tiling, /*scale=*/1);
  const auto whole = add(vae.encode_moments(crop(image, canvas.next(), scale)));
  if (!whole) return std::nullopt;
  return AutoencoderKl::posterior(whole->unsqueeze(0).to(image.options()));
}

}  // namespace easel
