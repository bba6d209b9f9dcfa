// Finds the pictures in a request body before it is parsed: the texts of "image" and "mask" at its
// top level. All else must be small, so that a large body costs its own size and no parser's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace easel {

// Where a picture's text stands in the body, without its quotes.
struct PictureField {
  std::string name;
  size_t begin = 0;
  size_t end = 0;
};

// Reads a body piece by piece. Whether it is JSON is not its business: what is none is still
// measured, and refused by the parser. Not thread-safe; a plain value.
class PictureFields {
 public:
  // What may stand outside of the pictures.
  static constexpr size_t kMaxPlainBytes = 64 << 10;
  static constexpr size_t kMaxPictures = 2;

  // False once more than kMaxPlainBytes were outside of pictures.
  bool take(std::string_view piece);

  const std::vector<PictureField>& fields() const { return fields_; }
  size_t plain_bytes() const { return offset_ - picture_bytes_; }

 private:
  void take_in_string(char c);
  void take_outside(char c);
  void begin_string();
  void end_string();

  std::vector<PictureField> fields_;
  std::string text_;  // of the current string, cut; the name when it is followed by a colon
  std::string name_;  // of the member whose value comes next
  size_t offset_ = 0;
  size_t picture_bytes_ = 0;
  int depth_ = 0;
  bool expects_value_ = false;
  bool in_string_ = false;
  bool in_picture_ = false;
  bool escaped_ = false;
};

}  // namespace easel
