#include "gateway/picture_fields.h"

namespace easel {
namespace {

constexpr size_t kMaxNameBytes = 16;

}  // namespace

bool PictureFields::take(std::string_view piece) {
  for (const char c : piece) {
    if (in_string_) {
      take_in_string(c);
    } else {
      take_outside(c);
    }
    ++offset_;
    if (plain_bytes() > kMaxPlainBytes) return false;
  }
  return true;
}

void PictureFields::take_in_string(char c) {
  if (c == '"' && !escaped_) {
    end_string();
    return;
  }
  escaped_ = c == '\\' && !escaped_;
  if (in_picture_) {
    ++picture_bytes_;
  } else if (text_.size() < kMaxNameBytes) {
    text_ += c;
  }
}

void PictureFields::take_outside(char c) {
  switch (c) {
    case '"':
      begin_string();
      break;
    case '{':
    case '[':
      ++depth_;
      expects_value_ = false;
      break;
    case '}':
    case ']':
      --depth_;
      expects_value_ = false;
      break;
    case ':':
      name_ = text_;
      expects_value_ = true;
      break;
    case ',':
      expects_value_ = false;
      break;
    default:
      break;
  }
}

void PictureFields::begin_string() {
  in_string_ = true;
  escaped_ = false;
  text_.clear();
  in_picture_ = depth_ == 1 && expects_value_ && (name_ == "image" || name_ == "mask") &&
                fields_.size() < kMaxPictures;
  if (in_picture_) fields_.push_back({name_, offset_ + 1, offset_ + 1});
  expects_value_ = false;
}

void PictureFields::end_string() {
  if (in_picture_) fields_.back().end = offset_;
  in_string_ = false;
  in_picture_ = false;
}

}  // namespace easel
