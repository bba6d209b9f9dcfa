// The chunk list of a PNG file, with every limit checked before anything is unpacked. Internal to
// this folder. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace easel {

struct PngChunk {
  std::string_view type;  // four letters
  std::string_view data;
};

// All chunks but IDAT, in file order, as views into `bytes`; the first is IHDR, the last IEND, and
// what follows IEND is ignored. INVALID_FIELD for: no PNG signature; IHDR not first, not 13 bytes,
// or asking for a size over the limits; a chunk that is cut short or whose checksum is wrong; more
// chunks or larger ones than image_limits.h allows; fewer bytes of IDAT than deflate needs for that
// many pixels.
absl::StatusOr<std::vector<PngChunk>> list_png_chunks(std::string_view bytes);

}  // namespace easel
