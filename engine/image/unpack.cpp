#include "engine/image/unpack.h"

#include <zlib.h>

#include "base/error.h"

namespace easel {

absl::StatusOr<std::string> unpack(std::string_view packed, size_t max_bytes,
                                   std::string_view limit_text) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK)
    return make_error(Reason::kOutOfMemory, "no memory for unpacking a part of a PNG image");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK && text.size() <= max_bytes) {
    char piece[16384];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof(piece);
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece, sizeof(piece) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (text.size() > max_bytes) return invalid_field(limit_text);
  if (result != Z_STREAM_END) return invalid_field("PNG image: a packed part is damaged");
  return text;
}

}  // namespace easel
