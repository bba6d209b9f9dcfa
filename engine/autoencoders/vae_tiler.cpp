#include "engine/autoencoders/vae_tiler.h"

#include <ATen/ATen.h>

#include <utility>

namespace easel {
namespace {

at::Tensor crop(const at::Tensor& x, const VaeRange& rows, const VaeRange& columns) {
  return x.narrow(-2, rows.begin, rows.length()).narrow(-1, columns.begin, columns.length());
}

VaeRange scaled(const VaeRange& latents, int64_t scale) {
  return {latents.begin * scale, latents.end * scale};
}

VaeRange shifted(const VaeRange& range, int64_t by) { return {range.begin + by, range.end + by}; }

}  // namespace

TiledPicture::TiledPicture(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes)
    : TiledPicture(config, half, sizes, vae_segments(config, half, sizes)) {}

TiledPicture::TiledPicture(const AutoencoderKlConfig& config, VaeHalf half, const VaeSizes& sizes,
                           std::vector<VaeSegment> segments)
    : sizes_(sizes),
      tiling_(sizes.height, sizes.width, sizes.side),
      steps_(vae_steps(config, half)),
      segments_(std::move(segments)) {}

int64_t TiledPicture::num_units() const {
  int64_t units = 0;
  for (const VaeSegment& segment : segments_)
    units += segment.tiled ? num_vae_passes(steps_, segment) * tiling_.num_tiles() : 1;
  return units;
}

void TiledPicture::advance(const VaeChain& chain, const at::Tensor& input) {
  const at::Tensor& map = segment_ == 0 ? input : before_;
  if (segments_[segment_].tiled) {
    run_tile(chain, map);
  } else {
    run_whole(chain, map);
  }
  ++units_done_;
}

void TiledPicture::run_whole(const VaeChain& chain, const at::Tensor& input) {
  const VaeSegment& segment = segments_[segment_];
  leave_segment(chain.forward(input, segment.begin, segment.end));
}

void TiledPicture::run_tile(const VaeChain& chain, const at::Tensor& input) {
  const VaeSegment& segment = segments_[segment_];
  const VaePass pass = vae_pass(steps_, segment, pass_);
  const int64_t row = tiling_.row(tile_), column = tiling_.column(tile_);
  const VaeRange rows = vae_tile_input(steps_, segment, tiling_.rows(), row),
                 columns = vae_tile_input(steps_, segment, tiling_.columns(), column);
  const VaeRange exit_rows = scaled(tiling_.rows().tile(row), pass.exit_scale),
                 exit_columns = scaled(tiling_.columns().tile(column), pass.exit_scale);
  const auto of_tile = [&](const at::Tensor& x) {
    const int64_t entry_scale = steps_[segment.begin].entry_scale;
    return crop(x, shifted(exit_rows, -rows.begin * pass.exit_scale / entry_scale),
                shifted(exit_columns, -columns.begin * pass.exit_scale / entry_scale));
  };
  at::Tensor x = crop(input, rows, columns).contiguous();
  absl::Span<const GroupStatistics> known(known_);
  for (size_t step = segment.begin; step < pass.step; ++step) {
    const auto norms = static_cast<size_t>(steps_[step].num_norms());
    x = chain.part(step, std::move(x), known.subspan(0, norms));
    known.remove_prefix(norms);
  }
  const bool last_pass = pass.step == segment.end;
  if (last_pass) {
    put(exit_rows, exit_columns, of_tile(x));
  } else {
    const VaeChain::NormInput reached = chain.norm_input(pass.step, std::move(x), known);
    found_.merge(reached.norm->statistics(of_tile(reached.x)));
  }
  if (++tile_ < tiling_.num_tiles()) return;
  tile_ = 0;
  ++pass_;
  if (last_pass) return leave_segment(std::move(after_));
  known_.push_back(std::exchange(found_, {}));
}

void TiledPicture::put(const VaeRange& rows, const VaeRange& columns, const at::Tensor& tile) {
  if (!after_.defined()) {
    const VaeStep& last = steps_[segments_[segment_].end - 1];
    const bool pixels = last.kind == VaeStep::Kind::kPixels;
    after_ = at::empty(
        {1, tile.size(1), sizes_.height * last.exit_scale, sizes_.width * last.exit_scale},
        pixels ? at::TensorOptions(at::kFloat) : tile.options());
  }
  crop(after_, rows, columns).copy_(tile);
}

void TiledPicture::leave_segment(at::Tensor map) {
  before_ = std::move(map);
  after_.reset();
  known_.clear();
  pass_ = tile_ = 0;
  ++segment_;
}

int64_t VaeTiler::units_left(const AutoencoderKlConfig& config, VaeHalf half, int64_t pictures,
                             const VaeSizes& sizes) const {
  const int64_t units = pictures * TiledPicture(config, half, sizes).num_units();
  return picture_ && picture_->sizes() == sizes ? units - picture_->units_done() : units;
}

std::optional<at::Tensor> VaeTiler::advance(const AutoencoderKl& vae, VaeHalf half,
                                            const VaeSizes& sizes, const at::Tensor& input) {
  if (!picture_ || !(picture_->sizes() == sizes)) picture_.emplace(vae.config(), half, sizes);
  picture_->advance(vae.steps(half), input);
  ++units_done_;
  if (!picture_->done()) return std::nullopt;
  at::Tensor result = picture_->take();
  picture_.reset();
  return result;
}

std::optional<at::Tensor> VaeTiler::decode(const AutoencoderKl& vae, const at::Tensor& latents,
                                           int64_t side) {
  const VaeSizes sizes{latents.size(2), latents.size(3), side};
  const auto picture = advance(vae, VaeHalf::kDecoder, sizes, vae.decoder_input(latents));
  if (!picture) return std::nullopt;
  return picture->squeeze(0).to(at::kCPU, at::kFloat);
}

std::optional<AutoencoderKl::Posterior> VaeTiler::encode(const AutoencoderKl& vae,
                                                         const at::Tensor& image, int64_t side) {
  const int64_t scale = vae.config().scale();
  const VaeSizes sizes{image.size(2) / scale, image.size(3) / scale, side};
  const auto encoded = advance(vae, VaeHalf::kEncoder, sizes, image);
  if (!encoded) return std::nullopt;
  return vae.posterior(*encoded);
}

}  // namespace easel
