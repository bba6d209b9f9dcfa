// Where the pictures of a body lie does not depend on how it arrives, and a picture's text that is
// accepted is base64 of just the bytes that come out.
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "gateway/data_url.h"
#include "gateway/picture_fields.h"
#include "tests/fuzz/require.h"

namespace {

using easel::require;

void check_fields(const easel::PictureFields& fields, size_t size) {
  require(fields.fields().size() <= easel::PictureFields::kMaxPictures);
  require(fields.plain_bytes() <= size);
  size_t done = 0;
  for (const easel::PictureField& field : fields.fields()) {
    require(field.name == "image" || field.name == "mask");
    require(done < field.begin && field.begin <= field.end && field.begin <= size);
    require(field.end <= size);
    done = field.end;
  }
}

void check_pieces(std::string_view body) {
  easel::PictureFields whole;
  const bool small = whole.take(body);
  require(small == (whole.plain_bytes() <= easel::PictureFields::kMaxPlainBytes));
  check_fields(whole, body.size());
  if (!small) return;
  easel::PictureFields pieces;
  for (const char& c : body) require(pieces.take({&c, 1}));
  require(pieces.plain_bytes() == whole.plain_bytes());
  require(pieces.fields().size() == whole.fields().size());
  for (size_t i = 0; i < whole.fields().size(); ++i) {
    require(pieces.fields()[i].name == whole.fields()[i].name);
    require(pieces.fields()[i].begin == whole.fields()[i].begin);
    require(pieces.fields()[i].end == whole.fields()[i].end);
  }
}

// Without what JSON, the data URL and the padding put around the digits.
std::string digits_of(std::string_view text) {
  std::string digits;
  const size_t head = text.find(";base64,");
  if (text.starts_with("data:")) text.remove_prefix(head + 8);
  for (const char c : text) {
    if (c != '\\' && c != '=') digits += c;
  }
  return digits;
}

void check_decoding(std::string_view text) {
  const auto bytes = easel::decode_picture_text(text, "image");
  if (!bytes.ok()) return require(easel::to_std(bytes.status().message()).starts_with("'image' "));
  const std::string again = absl::Base64Escape(*bytes);
  const std::string digits = digits_of(text);
  // The last digit may hold bits that no byte has.
  require(digits.size() == digits_of(again).size() && !bytes->empty());
  require(digits.compare(0, digits.size() - 1, digits_of(again), 0, digits.size() - 1) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_pieces(text);
  check_decoding(text);
  const auto own = easel::decode_picture_text(easel::make_data_url("image/png", text), "image");
  require(text.empty() ? !own.ok() : own.ok() && *own == text);
  return 0;
}
