// Text building. Debian's Abseil has a string_view of its own, so absl::StrCat does not take std's.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/string_view.h"

namespace easel {

// Every part as `operator<<` writes it, one after another.
template <typename... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

// {"a","b"} and ", " → "a, b"; numbers too.
template <typename Range>
std::string join(const Range& range, std::string_view separator) {
  std::ostringstream out;
  bool first = true;
  for (const auto& item : range) {
    if (!first) out << separator;
    out << item;
    first = false;
  }
  return std::move(out).str();
}

inline std::string_view to_std(absl::string_view text) { return {text.data(), text.size()}; }
inline absl::string_view to_absl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace easel
