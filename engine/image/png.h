// PNG (W3C PNG, third edition) by libpng, and the text chunks that carry generation parameters.
// Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/image/decode.h"
#include "engine/image/image.h"

namespace easel {

struct PngText {
  std::string key;    // 1–79 printable ASCII characters, no space at either end, no two in a row
  std::string value;  // UTF-8 without NUL
};

// As decode_image(), for a file that is known to be PNG.
absl::StatusOr<Image> decode_png(std::string_view bytes, Gray16 gray_16 = Gray16::kClip);

// Each text goes to a tEXt chunk when Latin-1 can hold it and to an uncompressed iTXt chunk when
// not, as PIL's PngInfo.add_text does. The same arguments give the same bytes: no time is written.
// INVALID_FIELD for an image that check_image() refuses, one over the limits, and for a text as
// above.
absl::StatusOr<std::string> encode_png(const Image& image, absl::Span<const PngText> text);

// The tEXt, zTXt and iTXt chunks in file order, as UTF-8. A file without any gives an empty list.
// INVALID_FIELD for what is not a PNG, is cut short or has a wrong checksum in such a chunk, and
// for texts over kMaxPngTextBytes. Pixels are not read.
absl::StatusOr<std::vector<PngText>> read_png_text(std::string_view bytes);

}  // namespace easel
