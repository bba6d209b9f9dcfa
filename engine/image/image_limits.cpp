#include "engine/image/image_limits.h"

#include "base/error.h"

namespace easel {

absl::Status check_image_size(const char* format, int64_t width, int64_t height) {
  if (width < 1 || height < 1 || width > kMaxImageSide || height > kMaxImageSide) {
    return invalid_field(format, " image of ", width, " × ", height,
                         " pixels: each side must be 1 to ", kMaxImageSide);
  }
  if (width * height > kMaxImagePixels) {
    return invalid_field(format, " image of ", width, " × ", height, " pixels: at most ",
                         kMaxImagePixels, " pixels are allowed");
  }
  return absl::OkStatus();
}

absl::Status check_image_file_size(size_t bytes) {
  if (bytes <= kMaxImageFileBytes) return absl::OkStatus();
  return invalid_field("image file of ", bytes, " bytes: at most ", kMaxImageFileBytes,
                       " are allowed");
}

}  // namespace easel
