#include "engine/tokenizers/bpe_model.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using Ids = std::vector<int64_t>;

// Every byte that is missing becomes <unk>.
BpeModel::Vocabulary letters() {
  return {{"<unk>", 0}, {"a", 1},  {"b", 2},      {"c", 3},   {"a</w>", 4}, {"b</w>", 5},
          {"ab", 6},    {"bc", 7}, {"ab</w>", 8}, {"abc", 9}, {"aa", 10},   {"aaaa", 11}};
}

Ids ids_of(const BpeModel::Merges& merges, std::string_view word) {
  const auto model = BpeModel::create(letters(), merges, "<unk>");
  EXPECT_TRUE(model.ok()) << model.status();
  Ids ids;
  if (model.ok()) model->append_ids(word, ids);
  return ids;
}

TEST(BpeModelTest, MergesByRankAndThenFromTheLeft) {
  EXPECT_EQ(ids_of({{"a", "b"}, {"b", "c"}}, "abca"), (Ids{6, 3, 4}));
  EXPECT_EQ(ids_of({{"b", "c"}, {"a", "b"}}, "abca"), (Ids{1, 7, 4}));
  EXPECT_EQ(ids_of({{"a", "a"}}, "aaab"), (Ids{10, 1, 5}));
  EXPECT_EQ(ids_of({{"a", "a"}, {"aa", "aa"}}, "aaaaaaaab"), (Ids{11, 11, 5}));
}

TEST(BpeModelTest, TheLastByteCarriesTheWordEnd) {
  EXPECT_EQ(ids_of({{"a", "b</w>"}}, "ab"), (Ids{8}));
  EXPECT_EQ(ids_of({}, "ab"), (Ids{1, 5}));
  EXPECT_EQ(ids_of({}, "a"), (Ids{4}));
}

TEST(BpeModelTest, EachUnknownByteIsOneUnknownToken) {
  EXPECT_EQ(ids_of({}, "aé"), (Ids{1, 0, 0}));
}

TEST(BpeModelTest, OfEqualMergesTheLastOneCounts) {
  EXPECT_EQ(ids_of({{"a", "b"}, {"b", "c"}, {"a", "b"}}, "abca"), (Ids{1, 7, 4}));
}

TEST(BpeModelTest, RefusesAnIdGivenTwice) {
  auto vocabulary = letters();
  vocabulary["z"] = 3;
  EXPECT_TRUE(fails_with(BpeModel::create(vocabulary, {}, "<unk>").status(), Reason::kBadWeights,
                         {"id 3", "'c'", "'z'"}));
}

TEST(BpeModelTest, RefusesMergesOfUnknownTokens) {
  const auto refused = [](const BpeModel::Merges& merges, std::string_view named) {
    return fails_with(BpeModel::create(letters(), merges, "<unk>").status(), Reason::kBadWeights,
                      {"merge 1", named});
  };
  EXPECT_TRUE(refused({{"q", "a"}}, "'q'"));
  EXPECT_TRUE(refused({{"a", "q"}}, "'q'"));
  EXPECT_TRUE(refused({{"b", "a"}}, "'ba'"));
}

TEST(BpeModelTest, RefusesAMissingByteWithoutAnUnknownToken) {
  EXPECT_TRUE(fails_with(BpeModel::create(letters(), {}, "<none>").status(), Reason::kBadWeights,
                         {"'<none>'"}));
}

}  // namespace
}  // namespace easel
