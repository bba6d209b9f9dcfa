#include "storage/search_words.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace easel {
namespace {

TEST(SearchWordsTest, FoldsCaseAndAccentsAndPartsWordsByEverythingElse) {
  EXPECT_EQ(search_words("Crème BRÛLÉE, on a-table!"), "creme brulee on a table");
  EXPECT_EQ(search_words("Straße ﬁsh ＡＢＣ"), "strasse fish abc");
  EXPECT_EQ(search_words("50%_off"), "50 off");
  EXPECT_EQ(search_words("🐱 at_home"), "🐱 at home");
  EXPECT_EQ(search_words(""), "");
  EXPECT_EQ(search_words("%_\"'*()-^:"), "");
}

TEST(SearchWordsTest, CharactersOfScriptsWithoutSpacesArePiecesOfTheirOwn) {
  EXPECT_EQ(search_words("東京タワー at night"), "東 京 タ ワ ー at night");
  EXPECT_EQ(search_words("abc東d"), "abc 東 d");
}

TEST(SearchWordsTest, AQueryHasNoOperators) {
  EXPECT_EQ(search_query("cat OR dog"), "\"cat\"* \"or\" \"dog\"*");
  EXPECT_EQ(search_query("NEAR(a b)"), "\"near\"* \"a\" \"b\"");
  EXPECT_EQ(search_query("words:\"x\" *^{}"), "\"words\"* \"x\"");
  EXPECT_EQ(search_query("東京"), "\"東 京\"*");
  EXPECT_EQ(search_query(std::string_view("a\0b", 3)), "\"a\" \"b\"");
  EXPECT_EQ(search_query("a rose is a rose"), "\"a\" \"rose\"* \"is\"");
  EXPECT_EQ(search_query("%"), "");
  EXPECT_EQ(search_query("\xff\xfe"), "") << "no UTF-8";
}

TEST(SearchWordsTest, WordsBeyondTheLimitAreLeftOut) {
  std::string text;
  for (int i = 0; i < 10 * kMaxSearchWords; ++i) text += concat("word", 100 + i, " ");
  const std::string query = search_query(text);
  EXPECT_EQ(query.size(), static_cast<size_t>(kMaxSearchWords) * 11 - 1);
}

}  // namespace
}  // namespace easel
