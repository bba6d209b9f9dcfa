#include "engine/tokenizers/sentencepiece_model.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <string>

#include "tests/engine/tokenizers/charsmap_bytes.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

std::string bytes_field(int number, const std::string& bytes) {
  EXPECT_LT(bytes.size(), 128u);
  return concat(static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())) + bytes;
}

std::string piece(const std::string& text, float score, int type = 1) {
  std::string message = bytes_field(1, text) + static_cast<char>(2 << 3 | 5);
  append_u32(std::bit_cast<uint32_t>(score), message);
  message += static_cast<char>(3 << 3);
  message += static_cast<char>(type);
  return bytes_field(1, message);
}

testing::AssertionResult refused(const std::string& bytes, std::string_view named) {
  return fails_with(SentencePieceModel::parse(bytes).status(), Reason::kBadWeights, {named});
}

TEST(SentencePieceModelTest, ReadsPiecesAndCharsmapAndModelType) {
  const std::string trainer = {3 << 3, 2};
  const auto model =
      SentencePieceModel::parse(piece("<s>", 0, 3) + piece("ab", -1.5) + bytes_field(2, trainer) +
                                bytes_field(3, bytes_field(2, "map")));
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->pieces.size(), 2u);
  EXPECT_EQ(model->pieces[0].type, SentencePieceModel::PieceType::kControl);
  EXPECT_EQ(model->pieces[1].text, "ab");
  EXPECT_EQ(model->pieces[1].score, -1.5f);
  EXPECT_EQ(model->model_type, SentencePieceModel::ModelType::kBpe);
  EXPECT_EQ(model->precompiled_charsmap, "map");
}

TEST(SentencePieceModelTest, SkipsFieldsThatItDoesNotKnow) {
  std::string fields;
  fields += {static_cast<char>(9 << 3 | 1), 1, 2, 3, 4, 5, 6, 7, 8};
  fields += {static_cast<char>(10 << 3 | 5), 1, 2, 3, 4};
  fields += {static_cast<char>(11 << 3), static_cast<char>(0xFF), 1};
  const auto model =
      SentencePieceModel::parse(fields + bytes_field(12, "x") + piece("a", 0) + bytes_field(3, ""));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->pieces.size(), 1u);
}

TEST(SentencePieceModelTest, RefusesAFieldLongerThanTheFile) {
  const std::string whole = piece("abc", -1) + piece("def", -2);
  EXPECT_TRUE(refused(whole.substr(0, whole.size() - 1), "longer than the rest"));
  EXPECT_TRUE(refused(bytes_field(1, std::string{1 << 3 | 2, 100, 'a'}), "longer than the rest"));
}

TEST(SentencePieceModelTest, RefusesAFileCutBetweenTwoPieces) {
  EXPECT_TRUE(refused(piece("a", 0) + piece("b", 0), "2 pieces and no normalizer_spec"));
  EXPECT_TRUE(refused("", "cut short"));
}

TEST(SentencePieceModelTest, RefusesNumbersThatDoNotEnd) {
  EXPECT_TRUE(refused(std::string(11, '\xFF'), "does not end"));
  EXPECT_TRUE(refused("\x80", "does not end"));
}

TEST(SentencePieceModelTest, RefusesANumberCutShort) {
  EXPECT_TRUE(refused(std::string{9 << 3 | 1, 1, 2}, "cut short"));
}

TEST(SentencePieceModelTest, RefusesUnknownWireTypesAndFieldZero) {
  EXPECT_TRUE(refused(std::string{1 << 3 | 3, 0}, "unknown wire type"));
  EXPECT_TRUE(refused(std::string{0 << 3 | 2, 0}, "impossible field number"));
}

TEST(SentencePieceModelTest, RefusesPiecesThatAreNotUtf8) {
  EXPECT_TRUE(refused(piece("a", 0) + piece("\xC3", 0), "piece 1 is not valid UTF-8"));
}

TEST(SentencePieceModelTest, RefusesScoresThatAreNotFinite) {
  EXPECT_TRUE(refused(piece("a", std::numeric_limits<float>::quiet_NaN()), "score"));
  EXPECT_TRUE(refused(piece("a", -std::numeric_limits<float>::infinity()), "score"));
}

}  // namespace
}  // namespace easel
