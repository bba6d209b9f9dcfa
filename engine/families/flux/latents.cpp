#include "engine/families/flux/latents.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace easel::flux {

at::Tensor pack_latents(const at::Tensor& latents) {
  const int64_t b = latents.size(0), c = latents.size(1), h = latents.size(2), w = latents.size(3);
  return latents.reshape({b, c, h / 2, 2, w / 2, 2})
      .permute({0, 2, 4, 1, 3, 5})
      .reshape({b, h / 2 * (w / 2), 4 * c});
}

at::Tensor unpack_latents(const at::Tensor& tokens, int64_t height, int64_t width) {
  const int64_t b = tokens.size(0), c = tokens.size(2) / 4;
  return tokens.reshape({b, height / 2, width / 2, c, 2, 2})
      .permute({0, 3, 1, 4, 2, 5})
      .reshape({b, c, height, width});
}

absl::StatusOr<at::Tensor> pack_given_latents(const at::Tensor& given, const LatentShape& shape) {
  const std::vector<int64_t> plain = {shape.num_images, shape.channels, shape.height, shape.width};
  const std::vector<int64_t> packed = {shape.num_images, shape.height / 2 * (shape.width / 2),
                                       4 * shape.channels};
  if (!given.is_floating_point()) return invalid_field("latents must be of a float type");
  if (given.sizes() == at::IntArrayRef(packed)) return given;
  if (given.sizes() == at::IntArrayRef(plain)) return pack_latents(given);
  return invalid_field("latents have the shape [", join(given.sizes(), ", "), "]: expected [",
                       join(packed, ", "), "] (packed) or [", join(plain, ", "), "]");
}

}  // namespace easel::flux
