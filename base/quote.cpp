#include "base/quote.h"

#include "absl/strings/str_format.h"
#include "base/utf8.h"

namespace easel {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

void append_escaped(std::string& out, char c) {
  out += absl::StrFormat("\\x%02x", static_cast<unsigned char>(c));
}

// Longest prefix of at most `max_bytes` that does not end inside a UTF-8 sequence.
std::string_view shortened(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  for (int step = 0;
       step < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u; ++step)
    --end;
  return text.substr(0, end);
}

}  // namespace

std::string quote(std::string_view text, size_t max_bytes) {
  const std::string_view kept = shortened(text, max_bytes);
  std::string out = "'";
  for (std::string_view rest = kept; !rest.empty();) {
    const size_t valid = find_invalid_utf8(rest).value_or(rest.size());
    for (const char c : rest.substr(0, valid)) {
      if (is_control(c)) {
        append_escaped(out, c);
      } else {
        out += c;
      }
    }
    if (valid < rest.size()) append_escaped(out, rest[valid]);
    rest.remove_prefix(valid < rest.size() ? valid + 1 : valid);
  }
  if (kept.size() < text.size()) out += "…";
  return out + "'";
}

}  // namespace easel
