#include "storage/fold_phrase.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace easel {
namespace {

constexpr utf8proc_option_t kOptions = static_cast<utf8proc_option_t>(
    UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);

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

struct Replacement {
  utf8proc_int32_t from;  // folded to lower case
  std::string_view to;
};

// What Unicode does not take apart, but readers do. In the order of `from`.
constexpr std::array<Replacement, 34> kReplacements = {{
    {0x00E6, "ae"}, {0x00F0, "d"},  {0x00F8, "o"},  {0x0111, "d"}, {0x0127, "h"}, {0x0131, "i"},
    {0x0142, "l"},  {0x0153, "oe"}, {0x0167, "t"},  {0x0180, "b"}, {0x01B6, "z"}, {0x01E5, "g"},
    {0x023C, "c"},  {0x0247, "e"},  {0x0249, "j"},  {0x024D, "r"}, {0x024F, "y"}, {0x0268, "i"},
    {0x0289, "u"},  {0x02BC, "'"},  {0x2010, "-"},  {0x2011, "-"}, {0x2012, "-"}, {0x2013, "-"},
    {0x2014, "-"},  {0x2015, "-"},  {0x2018, "'"},  {0x2019, "'"}, {0x201A, "'"}, {0x201B, "'"},
    {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2212, "-"},
}};

std::string_view replacement_of(utf8proc_int32_t c) {
  const auto* found =
      std::lower_bound(kReplacements.begin(), kReplacements.end(), c,
                       [](const Replacement& each, int32_t value) { return each.from < value; });
  return found != kReplacements.end() && found->from == c ? found->to : std::string_view();
}

void append(utf8proc_int32_t c, std::vector<utf8proc_int32_t>& folded) {
  const utf8proc_property_t& property = *utf8proc_get_property(c);
  if (is_accent(property)) return;
  if (is_space(c, property)) {
    if (!folded.empty() && folded.back() != ' ') folded.push_back(' ');
    return;
  }
  const std::string_view replacement = replacement_of(c);
  if (replacement.empty()) folded.push_back(c);
  folded.insert(folded.end(), replacement.begin(), replacement.end());
}

// NFC, as UTF-8.
std::string composed(std::vector<utf8proc_int32_t> code_points) {
  constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const utf8proc_ssize_t count = utf8proc_normalize_utf32(
      code_points.data(), static_cast<utf8proc_ssize_t>(code_points.size()), kCompose);
  std::string text;
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(code_points[static_cast<size_t>(i)], bytes);
    text.append(bytes, bytes + size);
  }
  return text;
}

}  // namespace

std::string fold_phrase(std::string_view text) {
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  const utf8proc_ssize_t count = utf8proc_decompose(bytes, size, nullptr, 0, kOptions);
  if (count <= 0) return "";
  std::vector<utf8proc_int32_t> code_points(static_cast<size_t>(count));
  if (utf8proc_decompose(bytes, size, code_points.data(), count, kOptions) != count) return "";
  std::vector<utf8proc_int32_t> folded;
  folded.reserve(code_points.size());
  for (const utf8proc_int32_t c : code_points) append(c, folded);
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return composed(std::move(folded));
}

}  // namespace easel
