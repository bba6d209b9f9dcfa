// Deflate streams within image files. Internal to this folder. Thread-safe: no state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

// What zlib unpacks from `packed`. INVALID_FIELD when that is damaged, or more than `max_bytes`:
// then the message says `limit_text`.
absl::StatusOr<std::string> unpack(std::string_view packed, size_t max_bytes,
                                   std::string_view limit_text);

}  // namespace easel
