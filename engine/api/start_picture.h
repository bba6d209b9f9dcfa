// Pictures that a request brings, and who reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/api/cancel_token.h"

namespace easel {

// Pixels that were read already: 8 bits a channel, RGB, rows from the top.
struct PicturePixels {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;  // height × width × 3

  friend bool operator==(const PicturePixels&, const PicturePixels&) = default;
};

// An encoded file (PNG, JPEG, WebP), which the model reads by itself, or pixels.
using StartPicture = std::variant<std::string, PicturePixels>;

enum class PictureUse { kPicture, kMask };

// Reads files that nobody vouches for, where a fault of a codec costs one picture. Thread-safe.
class PictureReader {
 public:
  virtual ~PictureReader() = default;

  // Whether the file's header is that of a picture which may be read. No codec runs. INVALID_FIELD.
  virtual absl::Status check(std::string_view file) const = 0;

  // Upright, in sRGB, without alpha: what was transparent is white, in a mask black. Blocks for
  // seconds, and no longer once `cancel` stops it. INVALID_FIELD for what check() refuses and what
  // cannot be read; CANCELLED, DEADLINE.
  virtual absl::StatusOr<PicturePixels> read(std::string_view file, PictureUse use,
                                             const CancelToken& cancel) const = 0;
};

}  // namespace easel
