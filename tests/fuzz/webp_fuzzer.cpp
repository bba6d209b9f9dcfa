// Any bytes through the WebP decoder; what decodes must be a whole image that can be written and
// read again.
#include <webp/decode.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/image/webp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t kPixelsWorthTheTime = 1 << 16;
  int width = 0;
  int height = 0;
  if (WebPGetInfo(data, size, &width, &height) != 0 &&
      int64_t{width} * height > kPixelsWorthTheTime)
    return 0;
  const auto image = easel::decode_webp({reinterpret_cast<const char*>(data), size});
  if (!image.ok()) return 0;
  if (!easel::check_image(*image).ok()) std::abort();
  const auto encoded = easel::encode_webp(*image, /*quality=*/75);
  if (!encoded.ok()) std::abort();
  const auto again = easel::decode_webp(*encoded);
  if (!again.ok() || again->width != image->width || again->height != image->height) std::abort();
  return 0;
}
