// What the tokenizers need to know about code points.
//
// The properties are those of the Unicode versions that the reference (tokenizers 0.23) is built
// on: utf8proc's own (15.0) and the newer code points of the reference's tables. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace easel::unicode {

// The code point at text[position], `position` moved behind it. `text` is valid UTF-8 and
// `position` inside it.
char32_t next_code_point(std::string_view text, size_t& position);
void append_utf8(char32_t code_point, std::string& out);
std::u32string decode_utf8(std::string_view text);

// `text` itself when it is valid UTF-8, else a copy in `storage` with U+FFFD for each bad byte.
std::string_view valid_utf8(std::string_view text, std::string& storage);

bool is_letter(char32_t c);      // \p{L} of Unicode 16
bool is_number(char32_t c);      // \p{N} of Unicode 16
bool is_whitespace(char32_t c);  // White_Space
bool is_word(char32_t c);        // \w of Unicode 16 (UTS 18)

// Full lower case of one code point (Unicode 17), without context: no final sigma.
void append_lower(char32_t c, std::string& out);

// Canonical composition as the reference does it: with the combining classes of Unicode 9, so that
// a combining mark newer than that counts as a starter. n log n for any text.
std::u32string to_nfc(std::u32string text);

// Length in bytes of the extended grapheme cluster (Unicode 17) at the start of `text`, which is
// valid UTF-8 and not empty.
size_t grapheme_length(std::string_view text);

}  // namespace easel::unicode
