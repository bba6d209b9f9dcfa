#include "services/cli/doctor/wrap.h"

#include <algorithm>

#include "base/utf8.h"

namespace easel {
namespace {

size_t width_of(std::string_view word) {
  return find_invalid_utf8(word) ? word.size() : count_code_points(word);
}

// Names come from files: they are not to steer the terminal.
std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (control && c != '\n') c = '?';
  }
  return out;
}

}  // namespace

std::string wrap(std::string_view first, std::string_view text, size_t indent) {
  const std::string clean = printable(text);
  std::string out(first);
  size_t column = width_of(first);
  bool line_is_empty = true;
  const auto new_line = [&] {
    out.append(1, '\n').append(indent, ' ');
    column = indent;
    line_is_empty = true;
  };
  for (size_t at = 0; at < clean.size();) {
    const size_t end = std::min(clean.find_first_of(" \n", at), clean.size());
    const std::string_view word = std::string_view(clean).substr(at, end - at);
    const size_t width = width_of(word);
    if (!line_is_empty && column + 1 + width > kTextWidth) new_line();
    if (!line_is_empty) out += ' ';
    column += width + (line_is_empty ? 0 : 1);
    out += word;
    line_is_empty = false;
    if (end < clean.size() && clean[end] == '\n') new_line();
    at = end + 1;
  }
  return out + "\n";
}

}  // namespace easel
