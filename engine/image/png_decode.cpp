#include <png.h>

#include <cstring>
#include <vector>

#include "base/error.h"
#include "engine/image/image_limits.h"
#include "engine/image/orientation.h"
#include "engine/image/png.h"
#include "engine/image/png_chunks.h"
#include "engine/image/png_error.h"

namespace easel {
namespace {

// libpng's reading side: owns its structures, borrows the file's bytes.
class PngReader {
 public:
  explicit PngReader(std::string_view bytes) : rest_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &error_, on_png_error, on_png_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  absl::StatusOr<Image> read(Gray16 gray_16);

 private:
  static void read_bytes(png_structp png, png_bytep to, size_t count);
  void start();
  absl::Status failure() const {
    return invalid_field("PNG image is damaged or cut short: ", error_.message);
  }

  PngError error_;
  std::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  bool gray_16_ = false;
};

void PngReader::read_bytes(png_structp png, png_bytep to, size_t count) {
  auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
  if (reader->rest_.size() < count) png_error(png, "unexpected end");
  std::memcpy(to, reader->rest_.data(), count);
  reader->rest_.remove_prefix(count);
}

// Reads the header and asks for the pixels that PIL would give: transparency that is a colour key
// is ignored, and of 16 bits the high byte counts, but gray alone comes as it is.
void PngReader::start() {
  png_set_read_fn(png_, this, read_bytes);
  png_set_user_limits(png_, kMaxImageSide, kMaxImageSide);
  png_set_chunk_cache_max(png_, kMaxPngChunks);
  png_set_chunk_malloc_max(png_, kMaxPngChunkBytes);
  // A negative count means all chunks that don't matter for pixels: nothing of them is unpacked.
  png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_read_info(png_, info_);
  const int colour = png_get_color_type(png_, info_);
  const int depth = png_get_bit_depth(png_, info_);
  gray_16_ = colour == PNG_COLOR_TYPE_GRAY && depth == 16;
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
  if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png_);
  if (colour == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(png_);
  if (depth == 16 && !gray_16_) png_set_strip_16(png_);
  png_set_interlace_handling(png_);
  png_read_update_info(png_, info_);
}

// Big-endian pairs of bytes to one byte each, in place.
void bring_to_8_bits(std::vector<uint8_t>& pixels, Gray16 how) {
  for (size_t i = 0; i < pixels.size() / 2; ++i) {
    const uint8_t high = pixels[2 * i], low = pixels[2 * i + 1];
    pixels[i] = how == Gray16::kHighByte ? high : high != 0 ? 255 : low;
  }
  pixels.resize(pixels.size() / 2);
}

absl::StatusOr<Image> PngReader::read(Gray16 gray_16) {
  if (info_ == nullptr)
    return make_error(Reason::kOutOfMemory, "no memory for reading a PNG image");
  if (!guarded(png_, [this] { start(); })) return failure();
  Image image{static_cast<int>(png_get_image_width(png_, info_)),
              static_cast<int>(png_get_image_height(png_, info_)),
              png_get_channels(png_, info_),
              {}};
  const size_t row_bytes = png_get_rowbytes(png_, info_);
  image.pixels.resize(row_bytes * image.height);
  std::vector<png_bytep> rows(image.height);
  for (int y = 0; y < image.height; ++y) rows[y] = &image.pixels[row_bytes * y];
  // What follows the last row need not be read: list_png_chunks() has seen it.
  if (!guarded(png_, [&] { png_read_image(png_, rows.data()); })) return failure();
  if (gray_16_) bring_to_8_bits(image.pixels, gray_16);
  EASEL_RETURN_IF_ERROR(check_image(image));
  return image;
}

}  // namespace

absl::StatusOr<Image> decode_png(std::string_view bytes, Gray16 gray_16) {
  EASEL_ASSIGN_OR_RETURN(const std::vector<PngChunk> chunks, list_png_chunks(bytes));
  EASEL_ASSIGN_OR_RETURN(Image image, PngReader(bytes).read(gray_16));
  for (const PngChunk& chunk : chunks) {
    if (chunk.type == "eXIf")
      return apply_orientation(std::move(image), exif_orientation(chunk.data));
  }
  return image;
}

}  // namespace easel
