#include "base/utf8.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(Utf8Test, TakesWellFormedText) {
  for (const char* text :
       {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\x7F"}) {
    EXPECT_EQ(find_invalid_utf8(text), std::nullopt) << text;
  }
  EXPECT_EQ(find_invalid_utf8(std::string_view("a\0b", 3)), std::nullopt);
}

TEST(Utf8Test, FindsTheFirstBadByte) {
  struct Case {
    const char* what;
    std::string_view text;
    size_t offset;
  };
  const Case cases[] = {
      {"lone continuation", "ab\x80", 2},        {"cut short", "a\xE2\x82", 1},
      {"overlong slash", "\xC0\xAF", 0},         {"overlong three", "\xE0\x9F\xBF", 0},
      {"overlong four", "\xF0\x8F\xBF\xBF", 0},  {"surrogate", "\xED\xA0\x80", 0},
      {"above U+10FFFF", "\xF4\x90\x80\x80", 0}, {"byte FF", "\xC3\xA9\xFF", 2},
      {"five bytes", "\xF8\x88\x80\x80\x80", 0}, {"second byte no continuation", "\xC3(", 0},
  };
  for (const Case& item : cases) EXPECT_EQ(find_invalid_utf8(item.text), item.offset) << item.what;
}

TEST(Utf8Test, CountsCodePointsNotBytes) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4u);
}

}  // namespace
}  // namespace easel
