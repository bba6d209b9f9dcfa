#include "base/quote.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(QuoteTest, LeavesPlainTextAlone) { EXPECT_EQ(quote("h\xC3\xA9 'x'"), "'h\xC3\xA9 'x''"); }

TEST(QuoteTest, EscapesControlCharactersAndBadUtf8) {
  EXPECT_EQ(quote(std::string_view("a\n\0\x1B[\x7F", 6)), "'a\\x0a\\x00\\x1b[\\x7f'");
  EXPECT_EQ(quote("\xFFz\xE2\x82"), "'\\xffz\\xe2\\x82'");
}

TEST(QuoteTest, ShortensBetweenCodePoints) {
  EXPECT_EQ(quote("abcdef", 3), "'abc…'");
  EXPECT_EQ(quote("ab\xE2\x82\xAC!", 4), "'ab…'");
  EXPECT_EQ(quote("abc", 3), "'abc'");
  EXPECT_LT(quote(std::string(1 << 20, 'x')).size(), 100u);
}

}  // namespace
}  // namespace easel
