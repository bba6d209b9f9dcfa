#include "storage/picture_kind.h"

#include <algorithm>

#include "base/strings.h"

namespace easel {
namespace {

constexpr size_t kMaxIdLength = 128;
constexpr size_t kMaxIndexDigits = 2;

std::string_view extension(PictureKind kind) {
  const bool whole = kind == PictureKind::kPicture || kind == PictureKind::kPrankPicture;
  return whole ? ".png" : ".webp";
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_id_character(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
         c == '.' || c == ':';
}

// "1" … "99": 0 has no number in the file's name.
bool is_index(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIndexDigits && text.front() != '0' &&
         std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

bool is_generation_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdLength &&
         std::all_of(text.begin(), text.end(), is_id_character);
}

std::string picture_file_name(PictureKind kind, std::string_view id, int index) {
  // No id has a '~', so that picture 1 of "a" and picture 0 of "a-1" cannot meet.
  return index == 0 ? concat(id, extension(kind)) : concat(id, "~", index, extension(kind));
}

bool is_picture_file_name(PictureKind kind, std::string_view name) {
  const std::string_view end = extension(kind);
  if (name.size() <= end.size() || !name.ends_with(end)) return false;
  name.remove_suffix(end.size());
  const size_t mark = name.find('~');
  if (mark == std::string_view::npos) return is_generation_id(name);
  return is_generation_id(name.substr(0, mark)) && is_index(name.substr(mark + 1));
}

}  // namespace easel
