#include "gateway/thumbnail.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "engine/image/decode.h"
#include "engine/image/resize.h"
#include "engine/image/webp.h"

namespace easel {
namespace {

constexpr int kQuality = 80;

int scaled(int side, int longer) {
  return std::max(1, static_cast<int>((int64_t{side} * kThumbnailSide + longer / 2) / longer));
}

}  // namespace

absl::StatusOr<std::string> make_thumbnail(std::string_view picture) {
  EASEL_ASSIGN_OR_RETURN(Image image, decode_image(picture));
  const int longer = std::max(image.width, image.height);
  if (longer > kThumbnailSide) {
    image = resize(image, scaled(image.width, longer), scaled(image.height, longer),
                   Resample::kLanczos);
  }
  return encode_webp(image, kQuality);
}

}  // namespace easel
