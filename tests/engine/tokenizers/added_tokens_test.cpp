#include "engine/tokenizers/added_tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

// "known" is in the model's vocabulary with id 5, which has 10 tokens.
absl::StatusOr<AddedTokens> created(const std::vector<AddedToken>& tokens) {
  const auto model_id = [](const std::string& text) -> std::optional<int64_t> {
    return text == "known" ? std::optional<int64_t>(5) : std::nullopt;
  };
  return AddedTokens::create(tokens, /*model_size=*/10, model_id, ascii_lower);
}

AddedToken token(const std::string& content) {
  AddedToken out;
  out.content = content;
  return out;
}

// Pieces as "text" and "#id", joined by "|".
std::string shown(const std::vector<AddedTokens::Piece>& pieces) {
  std::vector<std::string> texts;
  texts.reserve(pieces.size());
  for (const auto& piece : pieces) {
    texts.push_back(piece.id ? concat("#", *piece.id) : std::string(piece.text));
  }
  return join(texts, "|");
}

std::string split(const AddedToken& added, std::string_view text) {
  const auto tokens = created({added});
  return tokens.ok() ? shown(tokens->split_raw(text))
                     : std::string(to_std(tokens.status().message()));
}

TEST(AddedTokensTest, TokensOfTheModelKeepTheirIds) {
  const auto tokens = created({token("x"), token("known"), token("y")});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->id_of("x"), 10);
  EXPECT_EQ(tokens->id_of("known"), 5);
  EXPECT_EQ(tokens->id_of("y"), 11);
  EXPECT_EQ(tokens->id_of("z"), std::nullopt);
  EXPECT_EQ(tokens->max_id(), 11);
}

TEST(AddedTokensTest, CutsTheTextAtTokens) {
  EXPECT_EQ(split(token("<x>"), "a <x>b<x>"), "a |#10|b|#10");
  EXPECT_EQ(split(token("<x>"), "<x"), "<x");
  EXPECT_EQ(split(token("<x>"), ""), "");
}

TEST(AddedTokensTest, TheLeftmostAndThenTheLongestTokenWins) {
  const auto tokens = created({token("ab"), token("abcd"), token("bcdef")});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(shown(tokens->split_raw("abcdef")), "#11|ef");
  EXPECT_EQ(shown(tokens->split_raw("abcx")), "#10|cx");
  EXPECT_EQ(shown(tokens->split_raw("xbcdef")), "x|#12");
}

TEST(AddedTokensTest, StripTakesTheWhiteSpaceAlong) {
  AddedToken both = token("<x>");
  both.lstrip = both.rstrip = true;
  EXPECT_EQ(split(both, "a \u3000<x>\t\nb"), "a|#10|b");
  EXPECT_EQ(split(both, " <x> <x> "), "#10|#10");
  AddedToken left = token("<x>");
  left.lstrip = true;
  EXPECT_EQ(split(left, "a <x> b"), "a|#10| b");
}

TEST(AddedTokensTest, SingleWordsStandAlone) {
  AddedToken word = token("cat");
  word.single_word = true;
  EXPECT_EQ(split(word, "cat, cat"), "#10|, |#10");
  EXPECT_EQ(split(word, "cats"), "cats");
  EXPECT_EQ(split(word, "_cat"), "_cat");
  EXPECT_EQ(split(word, "écat"), "écat");
  EXPECT_EQ(split(word, "cat\u0301"), "cat\u0301");
}

TEST(AddedTokensTest, NormalizedTokensAreFoundInNormalizedText) {
  AddedToken upper = token("CAT");
  upper.normalized = true;
  const auto tokens = created({upper});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(shown(tokens->split_raw("a CAT")), "a CAT");
  EXPECT_EQ(shown(tokens->split_normalized("a cat")), "a |#10");
}

TEST(AddedTokensTest, ALaterTokenReplacesOneOfTheSameText) {
  AddedToken strips = token("<x>");
  strips.rstrip = true;
  const auto tokens = created({token("<x>"), strips});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(shown(tokens->split_raw("<x> a")), "#10|a");
}

TEST(AddedTokensTest, RefusesTokensThatNormalizationMakesEqual) {
  AddedToken upper = token("CAT"), lower = token("cat");
  upper.normalized = lower.normalized = true;
  EXPECT_TRUE(fails_with(created({upper, lower}).status(), Reason::kBadWeights, {"'cat'"}));
}

TEST(AddedTokensTest, EmptyTokensAreLeftOut) {
  const auto tokens = created({token(""), token("x")});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->id_of("x"), 10);
}

}  // namespace
}  // namespace easel
