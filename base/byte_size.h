// Byte counts as people write and read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

// "6GiB", "512 MiB", "4GB" (1e9), "1000" (bytes), "1.5GiB" → bytes. INVALID_FIELD on anything else,
// on 0 and on what does not fit 63 bits.
absl::StatusOr<int64_t> parse_byte_size(std::string_view text);

// 1536 → "1.5 KiB": at most one decimal, binary units.
std::string format_byte_size(int64_t bytes);

}  // namespace easel
