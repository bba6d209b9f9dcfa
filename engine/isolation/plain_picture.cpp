#include "engine/isolation/plain_picture.h"

#include <utility>

#include "base/error.h"
#include "engine/image/decode.h"
#include "engine/image/icc_profile.h"
#include "engine/image/picture_header.h"
#include "engine/isolation/to_srgb.h"

namespace easel {
namespace {

Image over(const Image& image, uint8_t background) {
  if (image.channels != 4) return to_rgb(image);
  Image rgb = make_image(image.width, image.height, 3);
  const size_t count = static_cast<size_t>(image.width) * image.height;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* from = &image.pixels[4 * i];
    const uint32_t alpha = from[3];
    for (size_t c = 0; c < 3; ++c) {
      rgb.pixels[3 * i + c] =
          static_cast<uint8_t>((from[c] * alpha + background * (255 - alpha) + 127) / 255);
    }
  }
  return rgb;
}

}  // namespace

absl::StatusOr<Image> read_plain_picture(std::string_view file, PictureUse use) {
  EASEL_RETURN_IF_ERROR(read_picture_header(file).status());
  EASEL_ASSIGN_OR_RETURN(Image image, decode_image(file, Gray16::kHighByte));
  if (use == PictureUse::kMask) return over(image, /*background=*/0);
  return over(to_srgb(std::move(image), read_icc_profile(file)), /*background=*/255);
}

}  // namespace easel
