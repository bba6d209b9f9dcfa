#include "gateway/data_url.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "gateway/api_error.h"

namespace easel {
namespace {

constexpr std::string_view kBase64Mark = ";base64,";
constexpr size_t kMaxDataUrlHead = 64;

bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=';
}

// Visible ASCII but the two that JSON would write otherwise: all of the text stands in a JSON
// string that no parser sees.
bool is_of_media_type(char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

absl::StatusOr<std::string> decode_picture_text(std::string_view text, std::string_view field) {
  const auto invalid = [&](std::string_view problem) {
    return api_error(ErrorCode::kInvalidField, concat("'", field, "' ", problem));
  };
  std::string unescaped;
  if (text.find('\\') != std::string_view::npos) {
    // The one escape that encoders write in base64 is that of the slash.
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '/') continue;
      unescaped += text[i];
    }
    text = unescaped;
  }
  if (text.starts_with("data:")) {
    const size_t mark = text.substr(0, kMaxDataUrlHead).find(kBase64Mark);
    const std::string_view head = text.substr(0, std::min(mark, text.size()));
    if (mark == std::string_view::npos || !head.starts_with("data:image/") ||
        !std::all_of(head.begin(), head.end(), is_of_media_type)) {
      return invalid("must be a data URL like data:image/png;base64,...");
    }
    text.remove_prefix(mark + kBase64Mark.size());
  }
  std::string bytes;
  // Abseil would skip white space, which between the quotes of JSON is none, and takes '.' for '='.
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_base64_digit) ||
      !absl::Base64Unescape(to_absl(text), &bytes)) {
    return invalid("is not base64");
  }
  return bytes;
}

std::string make_data_url(std::string_view media_type, std::string_view bytes) {
  return concat("data:", media_type, kBase64Mark) + absl::Base64Escape(to_absl(bytes));
}

}  // namespace easel
