// Pictures that a request brings, as tensors.
// Source: diffusers image_processor.py VaeImageProcessor.preprocess.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/api/start_picture.h"
#include "engine/image/image.h"

namespace easel::flux {

// As RGB; of a file alpha is dropped, as diffusers does. INVALID_FIELD with `field`'s name when it
// cannot be read.
absl::StatusOr<Image> read_picture(const StartPicture& picture, std::string_view field);

// RGB, resized (Lanczos) to the size given → [1, 3, height, width] fp32 within -1…1.
at::Tensor picture_tensor(const Image& picture, int64_t width, int64_t height);

// Resized (Lanczos), made gray, cut at one half, brought to latent size (nearest) → [1, 1,
// height/scale, width/scale] fp32 of zeros (kept) and ones (painted anew).
at::Tensor mask_tensor(const Image& mask, int64_t width, int64_t height, int64_t scale);

}  // namespace easel::flux
