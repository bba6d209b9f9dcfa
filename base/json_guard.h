// A look at JSON text before a parser sees it: the JSON library parses without a depth limit and
// then overflows the stack when the value is copied or destroyed, so depth and size are checked
// first.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace easel {

inline constexpr int kMaxJsonDepth = 32;

// INVALID_FIELD when `text` is longer than `max_bytes` or nests deeper than `max_depth`. Linear in
// the text, constant memory; says nothing about whether it is JSON otherwise.
absl::Status check_json_shape(std::string_view text, size_t max_bytes,
                              int max_depth = kMaxJsonDepth);

}  // namespace easel
