// The chunks of a WebP file (RFC 9649 2.3). Internal to this folder. Thread-safe: no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace easel {

// The content of the first chunk of that type, cut where the file ends; empty when there is none.
inline std::string_view find_webp_chunk(std::string_view file, std::string_view type) {
  constexpr size_t kRiffHeaderBytes = 12;  // "RIFF", size, "WEBP"
  constexpr size_t kChunkHeaderBytes = 8;
  for (size_t at = kRiffHeaderBytes; at + kChunkHeaderBytes <= file.size();) {
    uint32_t size = 0;  // little-endian
    for (size_t i = 4; i-- > 0;) size = size << 8 | static_cast<uint8_t>(file[at + 4 + i]);
    if (file.substr(at, 4) == type) return file.substr(at + kChunkHeaderBytes, size);
    at += kChunkHeaderBytes + size_t{size} + size % 2;
  }
  return {};
}

}  // namespace easel
