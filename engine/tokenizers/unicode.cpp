#include "engine/tokenizers/unicode.h"

#include <utf8proc.h>

#include "base/utf8.h"
#include "engine/tokenizers/unicode_tables.h"

namespace easel::unicode {
namespace {

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_mark(utf8proc_category_t value) {
  return value >= UTF8PROC_CATEGORY_MN && value <= UTF8PROC_CATEGORY_ME;
}

bool is_letter_category(utf8proc_category_t value) {
  return value >= UTF8PROC_CATEGORY_LU && value <= UTF8PROC_CATEGORY_LO;
}

// A code point of utf8proc's tables that breaks graphemes as `c` does in Unicode 17.
utf8proc_int32_t grapheme_twin(char32_t c) {
  constexpr utf8proc_int32_t kExtender = 0x301, kPrepended = 0x600, kOrdinary = 'a';
  if (contains(kNewExtenders, c)) return kExtender;
  if (c == 0x113D1) return kPrepended;  // new in Unicode 16
  if (c == 0x11A3A) return kOrdinary;   // prepended until Unicode 16
  return static_cast<utf8proc_int32_t>(c);
}

}  // namespace

char32_t next_code_point(std::string_view text, size_t& position) {
  const auto first = static_cast<uint8_t>(text[position++]);
  if (first < 0x80) return first;
  int following = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  char32_t c = first & (0x3Fu >> following);
  for (; following > 0 && position < text.size(); --following) {
    c = (c << 6) | (static_cast<uint8_t>(text[position++]) & 0x3Fu);
  }
  return c;
}

void append_utf8(char32_t code_point, std::string& out) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

std::u32string decode_utf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) out.push_back(next_code_point(text, i));
  return out;
}

std::string_view valid_utf8(std::string_view text, std::string& storage) {
  auto bad = find_invalid_utf8(text);
  if (!bad) return text;
  std::string_view rest = text;
  for (; bad; bad = find_invalid_utf8(rest)) {
    storage.append(rest.substr(0, *bad));
    append_utf8(0xFFFD, storage);
    rest.remove_prefix(*bad + 1);
  }
  storage.append(rest);
  return storage;
}

bool is_letter(char32_t c) { return is_letter_category(category(c)) || contains(kNewLetters, c); }

bool is_number(char32_t c) {
  const auto value = category(c);
  return (value >= UTF8PROC_CATEGORY_ND && value <= UTF8PROC_CATEGORY_NO) ||
         contains(kNewNumbers, c);
}

bool is_whitespace(char32_t c) {
  return (c >= 0x9 && c <= 0xD) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_word(char32_t c) {
  const auto value = category(c);
  if (is_letter_category(value) || is_mark(value)) return true;
  if (value == UTF8PROC_CATEGORY_ND || value == UTF8PROC_CATEGORY_NL ||
      value == UTF8PROC_CATEGORY_PC) {
    return true;
  }
  const bool joins = c == 0x200C || c == 0x200D;
  return joins || contains(kAlphabeticSymbols, c) || contains(kNewWordCharacters, c);
}

void append_lower(char32_t c, std::string& out) {
  if (c == 0x130) {  // the one code point whose small form is two
    append_utf8('i', out);
    append_utf8(0x307, out);
    return;
  }
  for (const CaseRange& range : kNewCapitals) {
    if (c >= range.first && c <= range.last) {
      append_utf8(static_cast<char32_t>(static_cast<int32_t>(c) + range.distance), out);
      return;
    }
  }
  append_utf8(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))), out);
}

size_t grapheme_length(std::string_view text) {
  size_t end = 0;
  utf8proc_int32_t state = 0;
  utf8proc_int32_t before = grapheme_twin(next_code_point(text, end));
  while (end < text.size()) {
    size_t next = end;
    const utf8proc_int32_t after = grapheme_twin(next_code_point(text, next));
    if (utf8proc_grapheme_break_stateful(before, after, &state)) break;
    end = next;
    before = after;
  }
  return end;
}

}  // namespace easel::unicode
