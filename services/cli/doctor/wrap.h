// Text for a terminal of 100 columns.
#pragma once

#include <string>
#include <string_view>

namespace easel {

inline constexpr size_t kTextWidth = 100;

// `first` and then the words of `text`, in lines of at most kTextWidth code points where words
// allow it; later lines are indented by `indent` spaces. Its line breaks stay; other control
// characters become '?'. Ends in a newline.
std::string wrap(std::string_view first, std::string_view text, size_t indent);

}  // namespace easel
