// Canonical composition (UAX 15). utf8proc's own sorts long runs of marks in quadratic time and
// knows newer combining classes than the reference, so only its tables are used here.
#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "engine/tokenizers/unicode.h"
#include "engine/tokenizers/unicode_tables.h"

namespace easel::unicode {
namespace {

constexpr char32_t kFirstUnstable = 0x300;         // everything below is its own NFC
constexpr char32_t kHangulBelowTrailing = 0x11A7;  // UAX 15's TBase, itself no trailing consonant
constexpr char32_t kComposedSinceUnicode13 = 0x11938;  // not in the reference's tables

int combining_class(char32_t c) {
  if (c < kFirstUnstable || contains(kMarksReadAsStarters, c)) return 0;
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class;
}

void decompose(char32_t c, std::u32string& out) {
  utf8proc_int32_t parts[8];
  int unused_boundary = 0;
  utf8proc_ssize_t count = 0;
  if (c >= 0xC0 && c != kComposedSinceUnicode13) {
    count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts, std::size(parts),
                                    UTF8PROC_DECOMPOSE, &unused_boundary);
  }
  if (count <= 0 || count > static_cast<utf8proc_ssize_t>(std::size(parts))) {
    out.push_back(c);
    return;
  }
  out.append(parts, parts + count);
}

// Sorts every run of marks by their classes.
void reorder(std::u32string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (combining_class(text[i]) == 0) continue;
    size_t end = i;
    while (end < text.size() && combining_class(text[end]) != 0) ++end;
    std::stable_sort(
        text.begin() + static_cast<ptrdiff_t>(i), text.begin() + static_cast<ptrdiff_t>(end),
        [](char32_t a, char32_t b) { return combining_class(a) < combining_class(b); });
    i = end - 1;
  }
}

std::optional<char32_t> compose_pair(char32_t first, char32_t second) {
  if (second == kHangulBelowTrailing) return std::nullopt;  // utf8proc would swallow it
  utf8proc_int32_t pair[2] = {static_cast<utf8proc_int32_t>(first),
                              static_cast<utf8proc_int32_t>(second)};
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  if (utf8proc_normalize_utf32(pair, 2, options) != 1) return std::nullopt;
  if (pair[0] == static_cast<utf8proc_int32_t>(kComposedSinceUnicode13)) return std::nullopt;
  return static_cast<char32_t>(pair[0]);
}

}  // namespace

std::u32string to_nfc(std::u32string text) {
  if (std::all_of(text.begin(), text.end(), [](char32_t c) { return c < kFirstUnstable; }))
    return text;
  std::u32string parts;
  parts.reserve(text.size());
  for (const char32_t c : text) decompose(c, parts);
  reorder(parts);

  std::u32string out;
  out.reserve(parts.size());
  std::optional<size_t> starter;
  int last_class = 0;  // of what stands behind the starter
  for (const char32_t c : parts) {
    const int its_class = combining_class(c);
    if (starter && (last_class == 0 || last_class < its_class)) {
      if (const auto composed = compose_pair(out[*starter], c)) {
        out[*starter] = *composed;
        continue;
      }
    }
    if (its_class == 0) starter = out.size();
    last_class = its_class;
    out.push_back(c);
  }
  return out;
}

}  // namespace easel::unicode
