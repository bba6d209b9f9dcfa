#include "engine/image/orientation.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace easel {
namespace {

// Reads numbers of a TIFF structure in its own byte order; nullopt beyond the end.
class TiffReader {
 public:
  explicit TiffReader(std::string_view tiff) : tiff_(tiff), big_endian_(tiff.starts_with("MM")) {}

  std::optional<uint32_t> read(size_t offset, size_t size) const {
    if (offset > tiff_.size() || tiff_.size() - offset < size) return std::nullopt;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      const size_t at = big_endian_ ? offset + i : offset + size - 1 - i;
      value = value << 8 | static_cast<uint8_t>(tiff_[at]);
    }
    return value;
  }

 private:
  std::string_view tiff_;
  bool big_endian_;
};

// The value of the directory entry at `entry` if it is one SHORT or LONG, else 1.
int orientation_of_entry(const TiffReader& reader, size_t entry) {
  constexpr uint32_t kShort = 3;
  constexpr uint32_t kLong = 4;
  const uint32_t type = reader.read(entry + 2, 2).value_or(0);
  if ((type != kShort && type != kLong) || reader.read(entry + 4, 4) != 1u) return 1;
  const uint32_t value = reader.read(entry + 8, type == kShort ? 2 : 4).value_or(1);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace

int exif_orientation(std::string_view exif) {
  constexpr std::string_view kPrefix("Exif\0\0", 6);
  if (exif.starts_with(kPrefix)) exif.remove_prefix(kPrefix.size());
  if (!exif.starts_with("II") && !exif.starts_with("MM")) return 1;
  const TiffReader reader(exif);
  if (reader.read(2, 2) != 42u) return 1;
  const std::optional<uint32_t> directory = reader.read(4, 4);
  if (!directory) return 1;
  const size_t count = reader.read(*directory, 2).value_or(0);
  constexpr size_t kEntryBytes = 12;
  constexpr uint32_t kOrientationTag = 0x0112;
  for (size_t i = 0; i < count; ++i) {
    const size_t entry = size_t{*directory} + 2 + i * kEntryBytes;
    const std::optional<uint32_t> tag = reader.read(entry, 2);
    if (!tag) return 1;
    if (*tag == kOrientationTag) return orientation_of_entry(reader, entry);
  }
  return 1;
}

Image apply_orientation(Image image, int orientation) {
  if (orientation <= 1) return image;
  const bool swap_sides = orientation >= 5;
  const bool mirror_x =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_y =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image upright = make_image(swap_sides ? image.height : image.width,
                             swap_sides ? image.width : image.height, image.channels);
  uint8_t* to = upright.pixels.data();
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      int from_x = swap_sides ? y : x;
      int from_y = swap_sides ? x : y;
      if (mirror_x) from_x = image.width - 1 - from_x;
      if (mirror_y) from_y = image.height - 1 - from_y;
      const size_t from = (static_cast<size_t>(from_y) * image.width + from_x) * image.channels;
      to = std::copy_n(&image.pixels[from], image.channels, to);
    }
  }
  return upright;
}

}  // namespace easel
