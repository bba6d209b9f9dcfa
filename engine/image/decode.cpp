#include "engine/image/decode.h"

#include "base/error.h"
#include "engine/image/jpeg.h"
#include "engine/image/png.h"
#include "engine/image/webp.h"

namespace easel {

absl::StatusOr<ImageFormat> detect_image_format(std::string_view bytes) {
  constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
  constexpr std::string_view kJpegStart = "\xff\xd8\xff";
  if (bytes.starts_with(kPngSignature)) return ImageFormat::kPng;
  if (bytes.starts_with(kJpegStart)) return ImageFormat::kJpeg;
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return ImageFormat::kWebp;
  return invalid_field(bytes.empty() ? "empty image file" : "not an image of a known format",
                       "; allowed: PNG, JPEG, WebP");
}

absl::StatusOr<Image> decode_image(std::string_view bytes, Gray16 gray_16) {
  EASEL_ASSIGN_OR_RETURN(const ImageFormat format, detect_image_format(bytes));
  switch (format) {
    case ImageFormat::kPng:
      return decode_png(bytes, gray_16);
    case ImageFormat::kJpeg:
      return decode_jpeg(bytes);
    case ImageFormat::kWebp:
      return decode_webp(bytes);
  }
  return invalid_field("unknown image format");
}

}  // namespace easel
