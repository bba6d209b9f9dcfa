// Image files and pictures for the tests of this folder.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/strings.h"
#include "engine/image/image.h"

namespace easel {

inline std::string fixture(std::string_view name) {
  return read_file(concat(EASEL_TEST_DATA "/image/", name), /*max_bytes=*/1 << 20).value();
}

// Every channel of every pixel differs from its neighbours.
inline Image test_picture(int width, int height, int channels) {
  Image image = make_image(width, height, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<uint8_t>(i * 37 + i / 11);
  return image;
}

inline std::string big_endian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

inline std::string png_chunk(std::string_view type, std::string_view data) {
  const std::string checked = concat(type, data);
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big_endian(static_cast<uint32_t>(data.size())) + checked +
         big_endian(static_cast<uint32_t>(sum));
}

inline std::string deflated(std::string_view data) {
  uLongf size = compressBound(data.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(data.data()), data.size());
  packed.resize(size);
  return packed;
}

struct PngShape {
  uint32_t width = 1;
  uint32_t height = 1;
  char depth = 8;
  char colour_type = 0;
};

inline std::string png_header(const PngShape& shape) {
  const std::string tail = {shape.depth, shape.colour_type, 0, 0, 0};
  return "\x89PNG\r\n\x1a\n" +
         png_chunk("IHDR", big_endian(shape.width) + big_endian(shape.height) + tail);
}

// A whole file: header, `extra` chunks, the packed rows (each with its filter byte), end.
inline std::string png_file(const PngShape& shape, std::string_view rows,
                            std::string_view extra = {}) {
  return concat(png_header(shape), extra, png_chunk("IDAT", deflated(rows)), png_chunk("IEND", ""));
}

// The smallest one: a single gray pixel.
inline std::string tiny_png(std::string_view extra = {}) {
  return png_file({}, std::string_view("\0\x55", 2), extra);
}

}  // namespace easel
