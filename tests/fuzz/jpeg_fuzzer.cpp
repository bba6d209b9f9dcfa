// Any bytes through the JPEG decoder; what decodes must be a whole image that can be written and
// read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/image/jpeg.h"

namespace {

// Whether any frame header (SOF0…2) asks for so many pixels that the input would only cost time.
bool large(const uint8_t* data, size_t size) {
  constexpr uint32_t kPixelsWorthTheTime = 1u << 16;
  for (size_t i = 0; i + 9 <= size; ++i) {
    if (data[i] != 0xff || data[i + 1] < 0xc0 || data[i + 1] > 0xc2) continue;
    const uint32_t height = data[i + 5] * 256u + data[i + 6];
    const uint32_t width = data[i + 7] * 256u + data[i + 8];
    if (height * width > kPixelsWorthTheTime) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (large(data, size)) return 0;
  const auto image = easel::decode_jpeg({reinterpret_cast<const char*>(data), size});
  if (!image.ok()) return 0;
  if (!easel::check_image(*image).ok()) std::abort();
  const auto encoded = easel::encode_jpeg(*image, /*quality=*/75);
  if (!encoded.ok()) std::abort();
  const auto again = easel::decode_jpeg(*encoded);
  if (!again.ok() || again->pixels.size() != image->pixels.size()) std::abort();
  return 0;
}
