// Any bytes through the PNG decoder and the text reader; what decodes must survive its own encoder
// unchanged, and so must its texts. Chunk checksums are put right after each mutation: otherwise
// hardly an input would get past them.
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/image/a1111_parameters.h"
#include "engine/image/decode.h"
#include "engine/image/image_limits.h"
#include "engine/image/png.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

constexpr uint64_t kPixelsWorthTheTime = 1u << 18;

uint32_t big_endian_32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

void require(bool condition) {
  if (!condition) std::abort();
}

void check_text_round_trip(const std::vector<easel::PngText>& texts) {
  for (const easel::PngText& text : texts) {
    const auto bytes = easel::encode_png(easel::make_image(1, 1, 1), {text});
    if (!bytes.ok()) continue;
    const auto again = easel::read_png_text(*bytes);
    // A text that only just fits the limit may be over it with its key.
    if (!again.ok()) continue;
    require(again->size() == 1 && (*again)[0].key == text.key && (*again)[0].value == text.value);
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned) {
  size = LLVMFuzzerMutate(data, size, max_size);
  for (size_t at = 8; at + 12 <= size;) {
    const size_t length = big_endian_32(data + at);
    if (length > size - at - 12) break;
    const auto sum = static_cast<uint32_t>(crc32(0, data + at + 4, static_cast<uInt>(length + 4)));
    for (int i = 0; i < 4; ++i)
      data[at + 8 + length + i] = static_cast<uint8_t>(sum >> (24 - 8 * i));
    at += 12 + length;
  }
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto texts = easel::read_png_text(bytes); texts.ok()) {
    check_text_round_trip(*texts);
    for (const easel::PngText& text : *texts) (void)easel::parse_a1111_parameters(text.value);
  }
  if (size >= 24 &&
      uint64_t{big_endian_32(data + 16)} * big_endian_32(data + 20) > kPixelsWorthTheTime)
    return 0;
  const auto image = easel::decode_png(bytes);
  if (!image.ok()) return 0;
  const auto encoded = easel::encode_png(*image, {});
  require(encoded.ok());
  const auto again = easel::decode_png(*encoded);
  require(again.ok() && again->pixels == image->pixels && again->channels == image->channels);
  return 0;
}
