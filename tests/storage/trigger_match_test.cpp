#include "storage/trigger_match.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "storage/fold_phrase.h"

namespace easel {
namespace {

bool matches(MatchKind kind, std::string_view phrase, std::string_view prompt) {
  return phrase_matches(kind, fold_phrase(phrase), fold_phrase(prompt));
}

TEST(TriggerMatchTest, ExactIsTheWholePrompt) {
  EXPECT_TRUE(matches(MatchKind::kExact, "My Café", "  my   CAFE "));
  EXPECT_FALSE(matches(MatchKind::kExact, "my cafe", "my cafe!"));
  EXPECT_FALSE(matches(MatchKind::kExact, "my cafe", "my caf"));
}

TEST(TriggerMatchTest, ContainsIsAnywhere) {
  EXPECT_TRUE(matches(MatchKind::kContains, "CAT", "a concatenation"));
  EXPECT_TRUE(matches(MatchKind::kContains, "猫", "黒猫の絵"));
  EXPECT_TRUE(matches(MatchKind::kContains, "🐱", "a 🐱🐶"));
  EXPECT_FALSE(matches(MatchKind::kContains, "cat", "c at"));
}

TEST(TriggerMatchTest, AWordHasNoLetterDigitOrMarkBesideIt) {
  for (const char* const prompt :
       {"cat", "a cat", "cat, dog", "(cat)", "the-cat-sat", "cat_food", "big 🐱cat🐱", "\"CÀT\""}) {
    EXPECT_TRUE(matches(MatchKind::kWord, "cat", prompt)) << prompt;
  }
  for (const char* const prompt :
       {"cats", "concat", "cat5", "4cat", "catñ", "猫cat", "catา", "c at"}) {
    EXPECT_FALSE(matches(MatchKind::kWord, "cat", prompt)) << prompt;
  }
  EXPECT_TRUE(matches(MatchKind::kWord, "ice cream", "an ICE  cream, please"));
  EXPECT_TRUE(matches(MatchKind::kWord, "שלום", "הוא אמר שָׁלוֹם!"));
  EXPECT_FALSE(matches(MatchKind::kWord, "שלום", "בשלום"));
  EXPECT_TRUE(matches(MatchKind::kWord, "c++", "learn c++ now"));
}

TEST(TriggerMatchTest, FindsAWordAmongPlacesThatOverlap) {
  EXPECT_TRUE(matches(MatchKind::kWord, "1-1", "x1-1-1"));
  EXPECT_TRUE(matches(MatchKind::kWord, "ab ab", "xab ab ab"));
  EXPECT_FALSE(matches(MatchKind::kWord, "aa", "aaa"));
  EXPECT_TRUE(matches(MatchKind::kWord, "cat", "cats cat"));
}

TEST(TriggerMatchTest, TheOrderIsPriorityKindLengthAge) {
  const std::string prompt = fold_phrase("a red cat");
  // From the one that is preferred most.
  const std::vector<TriggerCandidate> ordered = {
      {9, MatchKind::kContains, 2, "a"},     {8, MatchKind::kExact, 1, "a red cat"},
      {7, MatchKind::kWord, 1, "red cat"},   {6, MatchKind::kWord, 1, "red"},
      {10, MatchKind::kWord, 1, "cat"},      {4, MatchKind::kContains, 1, "a red c"},
      {3, MatchKind::kContains, 1, "re"},    {5, MatchKind::kContains, 1, "at"},
      {2, MatchKind::kExact, 0, "a red cat"}};
  for (size_t first = 0; first < ordered.size(); ++first) {
    std::vector<TriggerCandidate> rest(ordered.begin() + static_cast<long>(first), ordered.end());
    rest.push_back({1, MatchKind::kExact, 9, "something else"});
    for (int order = 0; order < 2; ++order) {
      const TriggerCandidate* const best = match_trigger(rest, prompt);
      ASSERT_NE(best, nullptr);
      EXPECT_EQ(best->id, ordered[first].id);
      std::reverse(rest.begin(), rest.end());
    }
  }
  EXPECT_EQ(match_trigger(ordered, "dog"), nullptr);
  EXPECT_EQ(match_trigger({}, prompt), nullptr);
}

// 200 triggers of the longest phrases against the longest prompt: with a search that takes the
// product of the lengths this is minutes.
TEST(TriggerMatchTest, NoPhraseMakesMatchingSlow) {
  std::string prompt;
  for (int i = 0; i < 4096; ++i) prompt += "\ufdfa";  // 18 code points once folded
  const std::string folded = fold_phrase(prompt);
  std::string phrase;
  for (int i = 0; i < 199; ++i) phrase += "\ufdfa";
  std::vector<TriggerCandidate> candidates;
  for (int i = 0; i < 200; ++i) {
    const MatchKind kind = i % 2 == 0 ? MatchKind::kWord : MatchKind::kContains;
    candidates.push_back({i, kind, 0, fold_phrase(phrase + "b")});
    candidates.push_back({i, MatchKind::kWord, 0, fold_phrase("x" + phrase)});
  }
  EXPECT_EQ(match_trigger(candidates, folded), nullptr);
}

}  // namespace
}  // namespace easel
