#include "base/error.h"
#include "engine/image/image_limits.h"
#include "engine/image/jpeg.h"
#include "engine/image/jpeg_error.h"
#include "engine/image/multiply_255.h"
#include "engine/image/orientation.h"

namespace easel {
namespace {

// libjpeg's reading side: owns its structure, borrows the file's bytes.
class JpegReader {
 public:
  explicit JpegReader(std::string_view bytes) : bytes_(bytes) {
    codec_.err = start_jpeg_errors(error_);
  }
  ~JpegReader() { jpeg_destroy_decompress(&codec_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // The stored picture: 1 (gray), 3 (RGB) or 4 channels (CMYK, as stored).
  absl::StatusOr<Image> read();
  // After read().
  int orientation() const { return orientation_; }

 private:
  static void check_scans(j_common_ptr codec);
  int find_orientation() const;
  void read_header();
  void read_rows(uint8_t* pixels, size_t row_bytes);
  absl::Status failure() const {
    return invalid_field("JPEG image is damaged or cut short: ", error_.message);
  }

  std::string_view bytes_;
  JpegError error_;
  jpeg_progress_mgr progress_ = {};
  jpeg_decompress_struct codec_ = {};
  int orientation_ = 1;
};

// A few bytes make a scan, and each goes over all pixels.
void JpegReader::check_scans(j_common_ptr codec) {
  if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > kMaxJpegScans) {
    leave_jpeg(codec, "more scans than are allowed");
  }
}

void JpegReader::read_header() {
  constexpr int kExifMarker = JPEG_APP0 + 1;
  jpeg_create_decompress(&codec_);
  progress_.progress_monitor = check_scans;
  codec_.progress = &progress_;
  jpeg_mem_src(&codec_, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
  jpeg_save_markers(&codec_, kExifMarker, /*length_limit=*/0xffff);
  jpeg_read_header(&codec_, /*require_image=*/TRUE);
}

void JpegReader::read_rows(uint8_t* pixels, size_t row_bytes) {
  jpeg_start_decompress(&codec_);
  while (codec_.output_scanline < codec_.output_height) {
    JSAMPROW row = pixels + row_bytes * codec_.output_scanline;
    jpeg_read_scanlines(&codec_, &row, 1);
  }
  jpeg_finish_decompress(&codec_);
}

absl::StatusOr<Image> JpegReader::read() {
  EASEL_RETURN_IF_ERROR(check_image_file_size(bytes_.size()));
  if (!guarded(error_, [this] { read_header(); })) return failure();
  EASEL_RETURN_IF_ERROR(check_image_size("JPEG", codec_.image_width, codec_.image_height));
  orientation_ = find_orientation();  // the markers don't outlive the decoding
  const int channels = codec_.num_components;
  if (channels != 1 && channels != 3 && channels != 4) {
    return invalid_field("JPEG image with ", channels,
                         " components: expected 1 (gray), 3 (colour) or 4 (CMYK)");
  }
  codec_.out_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  Image image = make_image(static_cast<int>(codec_.image_width),
                           static_cast<int>(codec_.image_height), channels);
  const size_t row_bytes = static_cast<size_t>(image.width) * channels;
  if (!guarded(error_, [&] { read_rows(image.pixels.data(), row_bytes); })) return failure();
  return image;
}

int JpegReader::find_orientation() const {
  constexpr std::string_view kPrefix("Exif\0\0", 6);
  for (const jpeg_marker_struct* marker = codec_.marker_list; marker != nullptr;
       marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (data.starts_with(kPrefix)) return exif_orientation(data);
  }
  return 1;
}

// Four-colour JPEGs hold 255 for "no ink" (Adobe's habit, which PIL takes for granted).
Image inverted_cmyk_to_rgb(const Image& cmyk) {
  Image rgb = make_image(cmyk.width, cmyk.height, 3);
  const size_t count = static_cast<size_t>(cmyk.width) * cmyk.height;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* from = &cmyk.pixels[4 * i];
    for (size_t c = 0; c < 3; ++c) {
      rgb.pixels[3 * i + c] = static_cast<uint8_t>(from[3] - multiply_255(255 - from[c], from[3]));
    }
  }
  return rgb;
}

}  // namespace

absl::StatusOr<Image> decode_jpeg(std::string_view bytes) {
  JpegReader reader(bytes);
  EASEL_ASSIGN_OR_RETURN(Image image, reader.read());
  if (image.channels == 4) image = inverted_cmyk_to_rgb(image);
  return apply_orientation(std::move(image), reader.orientation());
}

}  // namespace easel
