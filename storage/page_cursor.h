// The cursor of a list that is read page by page, newest first: the number of the page's last row.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/error.h"

namespace easel {

// The rows of the page have numbers below this one; all for "". INVALID_FIELD for what no page
// gave.
inline absl::StatusOr<int64_t> number_of_cursor(std::string_view cursor) {
  if (cursor.empty()) return std::numeric_limits<int64_t>::max();
  int64_t number = 0;
  const char* const end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, number);
  if (error != std::errc() || stop != end || number < 1) {
    return invalid_field("cursor: it is none that this list gave");
  }
  return number;
}

}  // namespace easel
