#include "engine/tokenizers/unigram_model.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using Ids = std::vector<int64_t>;
constexpr int32_t kUnk = 0;

Ids ids_of(const UnigramModel::Pieces& pieces, std::string_view word) {
  const auto model = UnigramModel::create(pieces, kUnk);
  EXPECT_TRUE(model.ok()) << model.status();
  Ids ids;
  if (model.ok()) model->append_ids(word, ids);
  return ids;
}

TEST(UnigramModelTest, TakesTheBestScoringCut) {
  const UnigramModel::Pieces pieces = {{"<unk>", 0}, {"a", -1},    {"b", -1},
                                       {"ab", -1.5}, {"bc", -0.1}, {"c", -1}};
  EXPECT_EQ(ids_of(pieces, "ab"), (Ids{3}));
  EXPECT_EQ(ids_of(pieces, "abc"), (Ids{1, 4}));
  EXPECT_TRUE(ids_of(pieces, "").empty());
}

TEST(UnigramModelTest, OfEqualCutsTheLongerFirstPieceWins) {
  // The cut that is found first stays: pieces are offered from left to right.
  EXPECT_EQ(ids_of({{"<unk>", 0}, {"a", -1}, {"ab", -2}, {"b", -1}}, "ab"), (Ids{2}));
}

TEST(UnigramModelTest, FusesNeighbouringUnknowns) {
  const UnigramModel::Pieces pieces = {{"<unk>", 0}, {"a", -1}};
  EXPECT_EQ(ids_of(pieces, "a漢字a☃"), (Ids{1, kUnk, 1, kUnk}));
}

TEST(UnigramModelTest, FusedUnknownsMayBeAPiece) {
  // Scores above 20 let two unknowns (2 × (100 - 10)) beat the piece that they spell.
  EXPECT_EQ(ids_of({{"<unk>", 100}, {"a", 100}, {"xy", 100}}, "xya"), (Ids{2, 1}));
}

TEST(UnigramModelTest, OfEqualPiecesTheLastOneCounts) {
  EXPECT_EQ(ids_of({{"<unk>", 0}, {"a", -1}, {"a", -9}}, "a"), (Ids{2}));
}

TEST(UnigramModelTest, RefusesScoresThatAreNotFinite) {
  for (const double score :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_TRUE(fails_with(UnigramModel::create({{"<unk>", 0}, {"a", score}}, kUnk).status(),
                           Reason::kBadWeights, {"piece 1", "'a'"}));
  }
}

TEST(UnigramModelTest, RefusesAnUnknownTokenOutsideOfTheVocabulary) {
  EXPECT_TRUE(fails_with(UnigramModel::create({{"a", 0}}, 2).status(), Reason::kBadWeights,
                         {"2", "1 pieces"}));
}

}  // namespace
}  // namespace easel
