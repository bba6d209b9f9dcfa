#include "engine/tokenizers/unicode.h"

#include <gtest/gtest.h>

#include <string>

namespace easel::unicode {
namespace {

constexpr char32_t kEnd = 0x110000;

bool is_surrogate(char32_t c) { return c >= 0xD800 && c < 0xE000; }

int count_if(bool (*property)(char32_t)) {
  int count = 0;
  for (char32_t c = 0; c < kEnd; ++c) count += !is_surrogate(c) && property(c);
  return count;
}

std::string lower(char32_t c) {
  std::string out;
  append_lower(c, out);
  return out;
}

// Counted with the regular expressions of tokenizers 0.23.3 over all code points.
TEST(UnicodeTest, PropertiesHoldForAsManyCodePointsAsInTheReference) {
  EXPECT_EQ(count_if(is_letter), 141028);
  EXPECT_EQ(count_if(is_number), 1911);
  EXPECT_EQ(count_if(is_whitespace), 25);
  EXPECT_EQ(count_if(is_word), 144667);
}

TEST(UnicodeTest, LowerCaseChangesAsManyCodePointsAsInTheReference) {
  int changed = 0;
  for (char32_t c = 0; c < kEnd; ++c) {
    if (is_surrogate(c)) continue;
    std::string same;
    append_utf8(c, same);
    changed += lower(c) != same;
  }
  EXPECT_EQ(changed, 1488);
}

TEST(UnicodeTest, LowerCaseLooksAtOneCodePointAlone) {
  EXPECT_EQ(lower(0x130), "i\u0307");       // one becomes two
  EXPECT_EQ(lower(0x3A3), "\u03C3");        // never the final form
  EXPECT_EQ(lower(0x10D50), "\U00010D70");  // new in Unicode 16
  EXPECT_EQ(lower(U'ß'), "ß");
}

TEST(UnicodeTest, ComposesCanonically) {
  EXPECT_EQ(to_nfc(U"e\u0301"), U"\u00E9");
  EXPECT_EQ(to_nfc(U"a\u0301\u0316"), U"\u00E1\u0316");  // over a lower mark
  EXPECT_EQ(to_nfc(U"\u1100\u1161\u11A8"), U"\uAC01");   // Hangul
  EXPECT_EQ(to_nfc(U"\u2126"), U"\u03A9");               // singleton
  EXPECT_EQ(to_nfc(U"\u0915\u093C"), U"\u0915\u093C");   // composition exclusion
  EXPECT_EQ(to_nfc(U"\u0301a"), U"\u0301a");
}

TEST(UnicodeTest, KeepsWhatIsNoTrailingConsonantBehindHangul) {
  EXPECT_EQ(to_nfc(U"\uAC00\u11A7"), U"\uAC00\u11A7");
}

TEST(UnicodeTest, MarksNewerThanTheReferencesTablesStopComposition) {
  EXPECT_EQ(to_nfc(U"a\u1ABF\u0301"), U"a\u1ABF\u0301");
  EXPECT_EQ(to_nfc(U"\U00011935\U00011930"), U"\U00011935\U00011930");
  EXPECT_EQ(to_nfc(U"\U00011938"), U"\U00011938");
}

TEST(UnicodeTest, FindsGraphemeClusters) {
  EXPECT_EQ(grapheme_length("ab"), 1u);
  EXPECT_EQ(grapheme_length("e\u0301x"), 3u);
  EXPECT_EQ(grapheme_length("\r\nx"), 2u);
  EXPECT_EQ(grapheme_length("\U0001F469\u200D\U0001F467!"), 11u);
  EXPECT_EQ(grapheme_length("\U0001F1E9\U0001F1EA\U0001F1EB"), 8u);
  EXPECT_EQ(grapheme_length("e\u0897x"), 4u);     // extends since Unicode 16
  EXPECT_EQ(grapheme_length("\U000113D1e"), 5u);  // prepended since Unicode 16
  EXPECT_EQ(grapheme_length("\U00011A3Ae"), 4u);  // no longer prepended
}

TEST(UnicodeTest, BadBytesBecomeReplacementCharacters) {
  std::string storage;
  EXPECT_EQ(valid_utf8("a\xFF\xE2\x82z", storage), "a\uFFFD\uFFFD\uFFFDz");
  std::string unused;
  EXPECT_EQ(valid_utf8("äz", unused), "äz");
  EXPECT_TRUE(unused.empty());
}

}  // namespace
}  // namespace easel::unicode
