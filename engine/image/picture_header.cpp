#include "engine/image/picture_header.h"

#include <optional>

#include "base/error.h"
#include "engine/image/jpeg_segments.h"

namespace easel {
namespace {

uint32_t number(std::string_view bytes, size_t at, size_t size, bool big_endian) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<uint8_t>(bytes[at + (big_endian ? i : size - 1 - i)]);
  }
  return value;
}

absl::Status damaged(std::string_view format) {
  return invalid_field(format, " image is damaged or cut short: its header is not whole");
}

// Whether the chunks before the pixels say that more pictures follow (APNG's acTL).
bool is_animated_png(std::string_view file) {
  size_t chunks = 0;
  for (size_t at = 8; at + 8 <= file.size() && chunks <= kMaxPngChunks; ++chunks) {
    const std::string_view type = file.substr(at + 4, 4);
    if (type == "acTL") return true;
    if (type == "IDAT" || type == "IEND") return false;
    at += size_t{12} + number(file, at, 4, /*big_endian=*/true);
  }
  return false;
}

absl::StatusOr<PictureHeader> read_png(std::string_view file) {
  constexpr size_t kHeaderEnd = 26;  // signature, length, type, sides, depth, colour type
  if (file.size() < kHeaderEnd || file.substr(12, 4) != "IHDR") return damaged("PNG");
  if (is_animated_png(file)) {
    return invalid_field("animated PNG: expected a still picture");
  }
  return PictureHeader{ImageFormat::kPng, number(file, 16, 4, true), number(file, 20, 4, true)};
}

absl::StatusOr<PictureHeader> read_jpeg(std::string_view file) {
  JpegSegments segments(file);
  while (const std::optional<JpegSegment> segment = segments.next()) {
    const uint8_t marker = segment->marker;
    // Frame headers; between them lie Huffman tables, extensions and arithmetic conditioning.
    const bool frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (!frame) continue;
    if (segment->data.size() < 6) break;
    return PictureHeader{ImageFormat::kJpeg, number(segment->data, 3, 2, true),
                         number(segment->data, 1, 2, true)};
  }
  return damaged("JPEG");
}

// RFC 9649 2.5-2.7: a lossy or a lossless picture, or an extended file that says which parts
// follow.
absl::StatusOr<PictureHeader> read_webp(std::string_view file) {
  constexpr size_t kContent = 20;  // behind RIFF, size, WEBP, the chunk's type and size
  if (file.size() < kContent + 10) return damaged("WebP");
  const std::string_view type = file.substr(12, 4);
  const std::string_view content = file.substr(kContent);
  PictureHeader header{ImageFormat::kWebp, 0, 0};
  if (type == "VP8X") {
    constexpr uint8_t kAnimation = 0x02;
    if ((static_cast<uint8_t>(content[0]) & kAnimation) != 0) {
      return invalid_field("animated WebP: expected a still picture");
    }
    header.width = int64_t{1} + number(content, 4, 3, false);
    header.height = int64_t{1} + number(content, 7, 3, false);
    return header;
  }
  if (type == "VP8 " && content.substr(3, 3) == "\x9d\x01\x2a") {
    header.width = number(content, 6, 2, false) & 0x3fff;
    header.height = number(content, 8, 2, false) & 0x3fff;
    return header;
  }
  if (type == "VP8L" && content[0] == '\x2f') {
    const uint32_t sides = number(content, 1, 4, false);
    header.width = 1 + (sides & 0x3fff);
    header.height = 1 + (sides >> 14 & 0x3fff);
    return header;
  }
  return damaged("WebP");
}

absl::StatusOr<PictureHeader> read_by_format(std::string_view file) {
  EASEL_ASSIGN_OR_RETURN(const ImageFormat format, detect_image_format(file));
  switch (format) {
    case ImageFormat::kPng:
      return read_png(file);
    case ImageFormat::kJpeg:
      return read_jpeg(file);
    case ImageFormat::kWebp:
      return read_webp(file);
  }
  return invalid_field("unknown image format");
}

const char* name_of(ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kWebp:
      return "WebP";
  }
  return "";
}

}  // namespace

absl::StatusOr<PictureHeader> read_picture_header(std::string_view file, int64_t max_pixels) {
  EASEL_RETURN_IF_ERROR(check_image_file_size(file.size()));
  EASEL_ASSIGN_OR_RETURN(const PictureHeader header, read_by_format(file));
  EASEL_RETURN_IF_ERROR(check_image_size(name_of(header.format), header.width, header.height));
  if (header.width * header.height <= max_pixels) return header;
  return invalid_field(name_of(header.format), " image of ", header.width, " × ", header.height,
                       " pixels: at most ", max_pixels, " pixels are allowed");
}

}  // namespace easel
