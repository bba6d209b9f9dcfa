#include "engine/families/flux/image_inputs.h"

#include <ATen/ATen.h>

#include <string>

#include "base/error.h"
#include "engine/image/decode.h"
#include "engine/image/resize.h"

namespace easel::flux {
namespace {

// [1, channels, height, width] fp32 within 0…1.
at::Tensor unit_tensor(const Image& image) {
  const at::Tensor bytes = at::empty({image.height, image.width, image.channels}, at::kByte);
  std::copy(image.pixels.begin(), image.pixels.end(),
            static_cast<uint8_t*>(bytes.mutable_data_ptr()));
  return bytes.to(at::kFloat).div(255.0).permute({2, 0, 1}).unsqueeze(0).contiguous();
}

Image resized(const Image& image, int64_t width, int64_t height) {
  if (image.width == width && image.height == height) return image;
  return resize(image, static_cast<int>(width), static_cast<int>(height), Resample::kLanczos);
}

}  // namespace

absl::StatusOr<Image> read_picture(const StartPicture& picture, std::string_view field) {
  if (const auto* pixels = std::get_if<PicturePixels>(&picture)) {
    Image image{pixels->width, pixels->height, /*channels=*/3, pixels->rgb};
    const absl::Status whole = check_image(image);
    if (!whole.ok()) return with_context(whole, field);
    return image;
  }
  auto image = decode_image(std::get<std::string>(picture));
  if (!image.ok()) return with_context(image.status(), field);
  return to_rgb(*image);
}

at::Tensor picture_tensor(const Image& picture, int64_t width, int64_t height) {
  return unit_tensor(resized(picture, width, height)).mul(2.0).sub(1.0);
}

at::Tensor mask_tensor(const Image& mask, int64_t width, int64_t height, int64_t scale) {
  const at::Tensor gray = unit_tensor(to_gray(resized(mask, width, height)));
  const at::Tensor binary = gray.ge(0.5).to(at::kFloat);
  return at::upsample_nearest2d(binary, {height / scale, width / scale});
}

}  // namespace easel::flux
