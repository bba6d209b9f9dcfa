#include "engine/image/png_chunks.h"

#include <zlib.h>

#include <array>

#include "base/error.h"
#include "engine/image/image_limits.h"

namespace easel {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr size_t kLengthAndType = 8;
constexpr size_t kChecksum = 4;

uint32_t big_endian_32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

struct Header {
  uint32_t width = 0;
  uint32_t height = 0;
  int bits_per_pixel = 0;
};

absl::StatusOr<Header> read_header(const PngChunk& chunk) {
  if (chunk.type != "IHDR" || chunk.data.size() != 13) {
    return invalid_field("PNG image: the first chunk must be an IHDR of 13 bytes");
  }
  Header header{big_endian_32(chunk.data, 0), big_endian_32(chunk.data, 4), 0};
  EASEL_RETURN_IF_ERROR(check_image_size("PNG", header.width, header.height));
  constexpr std::array<int, 7> kChannels = {1, 0, 3, 1, 2, 0, 4};
  const auto depth = static_cast<uint8_t>(chunk.data[8]);
  const auto colour_type = static_cast<uint8_t>(chunk.data[9]);
  if (colour_type >= kChannels.size() || kChannels[colour_type] == 0 || depth > 16) {
    return invalid_field("PNG image: unknown colour type ", int{colour_type}, " or bit depth ",
                         int{depth});
  }
  header.bits_per_pixel = depth * kChannels[colour_type];
  return header;
}

// Deflate packs at most 258 bytes into 2 bits, so a file with too few bytes need not be tried.
absl::Status check_data_size(const Header& header, size_t data_bytes) {
  constexpr uint64_t kMaxRatio = 1032;
  const uint64_t row = (uint64_t{header.width} * header.bits_per_pixel + 7) / 8;
  if (row * header.height / kMaxRatio <= data_bytes) return absl::OkStatus();
  return invalid_field("PNG image: ", data_bytes, " bytes of IDAT cannot hold ", header.width,
                       " × ", header.height, " pixels");
}

absl::StatusOr<PngChunk> read_chunk(std::string_view bytes, size_t at) {
  if (bytes.size() - at < kLengthAndType + kChecksum)
    return invalid_field("PNG image is cut short");
  const size_t length = big_endian_32(bytes, at);
  const PngChunk chunk{bytes.substr(at + 4, 4), bytes.substr(at + kLengthAndType, length)};
  if (bytes.size() - at - kLengthAndType - kChecksum < length)
    return invalid_field("PNG image is cut short");
  // libpng checks IDAT's as it goes.
  if (chunk.type == "IDAT") return chunk;
  if (length > kMaxPngChunkBytes) {
    return invalid_field("PNG image: a chunk of ", length, " bytes; at most ", kMaxPngChunkBytes,
                         " are allowed");
  }
  const auto* checked = reinterpret_cast<const Bytef*>(bytes.data() + at + 4);
  if (crc32(0, checked, static_cast<uInt>(length + 4)) !=
      big_endian_32(bytes, at + kLengthAndType + length)) {
    return invalid_field("PNG image: wrong checksum in the chunk at byte ", at);
  }
  return chunk;
}

}  // namespace

absl::StatusOr<std::vector<PngChunk>> list_png_chunks(std::string_view bytes) {
  EASEL_RETURN_IF_ERROR(check_image_file_size(bytes.size()));
  if (!bytes.starts_with(kSignature)) return invalid_field("not a PNG image: wrong signature");
  std::vector<PngChunk> chunks;
  Header header;
  size_t data_bytes = 0;
  for (size_t at = kSignature.size();;) {
    EASEL_ASSIGN_OR_RETURN(const PngChunk chunk, read_chunk(bytes, at));
    at += kLengthAndType + chunk.data.size() + kChecksum;
    if (chunks.empty()) {
      EASEL_ASSIGN_OR_RETURN(header, read_header(chunk));
    }
    if (chunk.type == "IDAT") {
      data_bytes += chunk.data.size();
      continue;
    }
    if (chunks.size() == kMaxPngChunks) {
      return invalid_field("PNG image: more than ", kMaxPngChunks, " chunks");
    }
    chunks.push_back(chunk);
    if (chunk.type == "IEND") break;
  }
  EASEL_RETURN_IF_ERROR(check_data_size(header, data_bytes));
  return chunks;
}

}  // namespace easel
