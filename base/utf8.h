// UTF-8 checks for text that comes from outside.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace easel {

// Offset of the first byte that is not part of a well-formed sequence (RFC 3629: no overlong forms,
// no surrogates, nothing above U+10FFFF), or nullopt when all of `text` is well formed.
std::optional<size_t> find_invalid_utf8(std::string_view text);

// Number of code points; `text` must be valid UTF-8.
size_t count_code_points(std::string_view text);

}  // namespace easel
