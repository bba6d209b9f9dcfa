#include "storage/fold_phrase.h"

#include <utf8proc.h>

#include <vector>

namespace easel {
namespace {

constexpr utf8proc_option_t kOptions = static_cast<utf8proc_option_t>(
    UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
constexpr utf8proc_int32_t kDotlessI = 0x131;

// By canonical combining class (Unicode 4.3): from 200 on marks stand above, below or beside their
// letter; 10 to 36 are points of Hebrew, Arabic and Syriac. Below 10 lie overlays, nukta, kana
// voicing, virama; 84 to 132 belong to Indic scripts, Thai, Lao and Tibetan.
bool is_accent(const utf8proc_property_t& property) {
  const int combining = property.combining_class;
  return combining >= 200 || (combining >= 10 && combining <= 36);
}

bool is_space(utf8proc_int32_t c, const utf8proc_property_t& property) {
  constexpr utf8proc_int32_t kNextLine = 0x85;
  return (c >= '\t' && c <= '\r') || c == kNextLine || property.category == UTF8PROC_CATEGORY_ZS ||
         property.category == UTF8PROC_CATEGORY_ZL || property.category == UTF8PROC_CATEGORY_ZP;
}

void append(utf8proc_int32_t c, std::string& folded) {
  const utf8proc_property_t& property = *utf8proc_get_property(c);
  if (is_accent(property)) return;
  if (is_space(c, property)) {
    if (!folded.empty() && folded.back() != ' ') folded += ' ';
    return;
  }
  if (c == kDotlessI) c = 'i';
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(c, bytes);
  folded.append(bytes, bytes + size);
}

}  // namespace

std::string fold_phrase(std::string_view text) {
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  const utf8proc_ssize_t count = utf8proc_decompose(bytes, size, nullptr, 0, kOptions);
  if (count <= 0) return "";
  std::vector<utf8proc_int32_t> code_points(static_cast<size_t>(count));
  if (utf8proc_decompose(bytes, size, code_points.data(), count, kOptions) != count) return "";
  std::string folded;
  folded.reserve(text.size());
  for (const utf8proc_int32_t c : code_points) append(c, folded);
  if (folded.ends_with(' ')) folded.pop_back();
  return folded;
}

}  // namespace easel
