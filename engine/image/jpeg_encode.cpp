#include <cstdlib>

#include "base/error.h"
#include "engine/image/image_limits.h"
#include "engine/image/jpeg.h"
#include "engine/image/jpeg_error.h"

namespace easel {
namespace {

// libjpeg's writing side: owns its structure and the buffer that libjpeg allocates.
class JpegWriter {
 public:
  JpegWriter() { codec_.err = start_jpeg_errors(error_); }
  ~JpegWriter() {
    jpeg_destroy_compress(&codec_);
    std::free(buffer_);
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  absl::StatusOr<std::string> write(const Image& image, int quality);

 private:
  void write_all(const Image& image, int quality);

  JpegError error_;
  jpeg_compress_struct codec_ = {};
  unsigned char* buffer_ = nullptr;
  unsigned long size_ = 0;
};

void JpegWriter::write_all(const Image& image, int quality) {
  jpeg_create_compress(&codec_);
  jpeg_mem_dest(&codec_, &buffer_, &size_);
  codec_.image_width = static_cast<JDIMENSION>(image.width);
  codec_.image_height = static_cast<JDIMENSION>(image.height);
  codec_.input_components = image.channels;
  codec_.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec_);
  jpeg_set_quality(&codec_, quality, /*force_baseline=*/TRUE);
  jpeg_start_compress(&codec_, /*write_all_tables=*/TRUE);
  const size_t row_bytes = static_cast<size_t>(image.width) * image.channels;
  while (codec_.next_scanline < codec_.image_height) {
    JSAMPROW row = const_cast<uint8_t*>(&image.pixels[row_bytes * codec_.next_scanline]);
    jpeg_write_scanlines(&codec_, &row, 1);
  }
  jpeg_finish_compress(&codec_);
}

absl::StatusOr<std::string> JpegWriter::write(const Image& image, int quality) {
  if (!guarded(error_, [&] { write_all(image, quality); })) {
    return make_error(Reason::kOutputFailed, concat("JPEG image not written: ", error_.message));
  }
  return std::string(reinterpret_cast<const char*>(buffer_), size_);
}

}  // namespace

absl::StatusOr<std::string> encode_jpeg(const Image& image, int quality) {
  EASEL_RETURN_IF_ERROR(check_image(image));
  EASEL_RETURN_IF_ERROR(check_image_size("JPEG", image.width, image.height));
  if (quality < 1 || quality > 100)
    return invalid_field("JPEG quality ", quality, ": expected 1 to 100");
  return image.channels == 4 ? JpegWriter().write(to_rgb(image), quality)
                             : JpegWriter().write(image, quality);
}

}  // namespace easel
