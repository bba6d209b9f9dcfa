// What an image file may ask for. Every decoder checks these on the header, before it takes memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace easel {

inline constexpr size_t kMaxImageFileBytes = 32u << 20;
inline constexpr int64_t kMaxImageSide = 16384;        // pixels
inline constexpr int64_t kMaxImagePixels = 64 << 20;   // 8192 × 8192
inline constexpr size_t kMaxPngChunks = 256;           // not counting IDAT
inline constexpr size_t kMaxPngChunkBytes = 8u << 20;  // not for IDAT
inline constexpr size_t kMaxPngTextBytes = 8u << 20;   // all texts of a file together, unpacked
inline constexpr int kMaxJpegScans = 200;              // each scan goes over the whole image

// INVALID_FIELD, naming `format`, the size and the limit, unless 1 ≤ side ≤ kMaxImageSide for both
// sides and the product is at most kMaxImagePixels.
absl::Status check_image_size(const char* format, int64_t width, int64_t height);

// INVALID_FIELD when a file of `bytes` bytes is larger than kMaxImageFileBytes.
absl::Status check_image_file_size(size_t bytes);

}  // namespace easel
