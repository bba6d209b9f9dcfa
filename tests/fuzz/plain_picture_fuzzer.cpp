// What the decoder program does with any bytes: headers, codecs, profiles, alpha. What the header's
// check refuses is refused; what comes out is a whole RGB picture with the header's sides.
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "engine/image/icc_profile.h"
#include "engine/image/picture_header.h"
#include "engine/isolation/plain_picture.h"
#include "engine/isolation/to_srgb.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using easel::require;
  constexpr int64_t kPixelsWorthTheTime = 1 << 14;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // As a profile alone, which a file would have to pack right.
  const easel::Image gray{2, 1, 1, {0, 200}};
  require(easel::check_image(easel::to_srgb(gray, bytes)).ok());
  const easel::Image rgba{2, 1, 4, {0, 1, 2, 3, 200, 201, 202, 203}};
  const easel::Image converted = easel::to_srgb(rgba, bytes);
  require(converted.pixels[3] == 3 && converted.pixels[7] == 203);

  const auto header = easel::read_picture_header(bytes);
  if (!header.ok()) {
    require(easel::reason_of(header.status()) == easel::Reason::kInvalidField);
    return 0;
  }
  if (header->width * header->height > kPixelsWorthTheTime) return 0;
  require(easel::read_icc_profile(bytes).size() <= 4u << 20);
  for (const auto use : {easel::PictureUse::kPicture, easel::PictureUse::kMask}) {
    const auto image = easel::read_plain_picture(bytes, use);
    if (!image.ok()) continue;
    require(easel::check_image(*image).ok() && image->channels == 3);
    require((image->width == header->width && image->height == header->height) ||
            (image->width == header->height && image->height == header->width));
  }
  return 0;
}
