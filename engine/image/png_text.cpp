#include <optional>

#include "base/error.h"
#include "base/utf8.h"
#include "engine/image/image_limits.h"
#include "engine/image/png.h"
#include "engine/image/png_chunks.h"
#include "engine/image/unpack.h"

namespace easel {
namespace {

std::string latin1_to_utf8(std::string_view latin1) {
  std::string utf8;
  utf8.reserve(latin1.size());
  for (const char c : latin1) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      utf8.push_back(c);
    } else {
      utf8.push_back(static_cast<char>(0xc0 | byte >> 6));
      utf8.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
    }
  }
  return utf8;
}

absl::StatusOr<std::string> unpack_text(std::string_view packed, size_t max_bytes) {
  return unpack(packed, max_bytes, concat("PNG texts of more than ", kMaxPngTextBytes, " bytes"));
}

// Cuts `rest` at its first NUL and gives what was before it; nullopt when there is none.
std::optional<std::string_view> take_string(std::string_view& rest) {
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return taken;
}

absl::StatusOr<std::string> read_plain_value(std::string_view rest, bool packed, size_t max_bytes) {
  if (!packed) return latin1_to_utf8(rest);
  if (rest.empty() || rest[0] != '\0')
    return invalid_field("PNG image: a zTXt chunk of an unknown method");
  EASEL_ASSIGN_OR_RETURN(const std::string text, unpack_text(rest.substr(1), max_bytes));
  return latin1_to_utf8(text);
}

// After the key: packed or not, method, language, translated key, text.
absl::StatusOr<std::string> read_international_value(std::string_view rest, size_t max_bytes) {
  if (rest.size() < 2) return invalid_field("PNG image: an iTXt chunk is cut short");
  const bool packed = rest[0] != '\0';
  rest.remove_prefix(2);
  if (!take_string(rest) || !take_string(rest))
    return invalid_field("PNG image: an iTXt chunk is cut short");
  std::string text(rest);
  if (packed) {
    EASEL_ASSIGN_OR_RETURN(text, unpack_text(rest, max_bytes));
  }
  if (find_invalid_utf8(text)) return invalid_field("PNG image: an iTXt text is not UTF-8");
  return text;
}

}  // namespace

absl::StatusOr<std::vector<PngText>> read_png_text(std::string_view bytes) {
  EASEL_ASSIGN_OR_RETURN(const std::vector<PngChunk> chunks, list_png_chunks(bytes));
  std::vector<PngText> texts;
  size_t left = kMaxPngTextBytes;
  for (const PngChunk& chunk : chunks) {
    const bool international = chunk.type == "iTXt";
    if (!international && chunk.type != "tEXt" && chunk.type != "zTXt") continue;
    std::string_view rest = chunk.data;
    const std::optional<std::string_view> key = take_string(rest);
    if (!key) return invalid_field("PNG image: a ", chunk.type, " chunk without a key");
    EASEL_ASSIGN_OR_RETURN(std::string value,
                           international ? read_international_value(rest, left)
                                         : read_plain_value(rest, chunk.type == "zTXt", left));
    if (value.size() > left)
      return invalid_field("PNG texts of more than ", kMaxPngTextBytes, " bytes");
    left -= value.size();
    texts.push_back({latin1_to_utf8(*key), std::move(value)});
  }
  return texts;
}

}  // namespace easel
