#include "engine/tokenizers/unigram.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/tokenizers/toy_tokenizers.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using nlohmann::json;

testing::AssertionResult refused(const TokenizerSources& sources,
                                 const std::vector<std::string_view>& named) {
  return fails_with(UnigramTokenizer::from_sources(sources).status(), Reason::kBadWeights, named);
}

TokenizerSources changed(const std::function<void(json&)>& edit) {
  return with_tokenizer_json("t5_small", edit);
}

TEST(UnigramTest, KnowsItsSpecialTokens) {
  const auto tokenizer = UnigramTokenizer::load(toy_folder("t5_small"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->eos_id(), 1);
  EXPECT_EQ((*tokenizer)->pad_id(), 0);
  EXPECT_EQ((*tokenizer)->vocab_size(), 492);
  EXPECT_EQ((*tokenizer)->model_max_length(), 512);
  EXPECT_EQ((*tokenizer)->encode(""), (std::vector<int64_t>{1}));
}

TEST(UnigramTest, TokenizerJsonWinsOverSpieceModel) {
  TokenizerSources sources = toy_sources("t5_small");
  sources.spiece = "damaged";
  EXPECT_TRUE(UnigramTokenizer::from_sources(sources).ok());
}

TEST(UnigramTest, SpieceModelGetsAsManySentinelsAsTheConfigSays) {
  TokenizerSources sources = toy_sources("t5_spiece");
  const auto usual = UnigramTokenizer::from_sources(sources);
  sources.tokenizer_config = R"({"extra_ids":5})";
  const auto five = UnigramTokenizer::from_sources(sources);
  ASSERT_TRUE(usual.ok() && five.ok());
  EXPECT_EQ((*usual)->vocab_size() - (*five)->vocab_size(), 95);
}

TEST(UnigramTest, NamesTheFilesThatAreMissing) {
  EXPECT_TRUE(fails_with(UnigramTokenizer::from_sources({}).status(), Reason::kComponentMissing,
                         {"tokenizer.json", "spiece.model"}));
  EXPECT_TRUE(fails_with(UnigramTokenizer::load(toy_folder("clip_vocab_merges")).status(),
                         Reason::kComponentMissing, {"clip_vocab_merges", "spiece.model"}));
}

TEST(UnigramTest, RefusesFilesCutShort) {
  TokenizerSources sources = toy_sources("t5_small");
  sources.tokenizer_json->resize(sources.tokenizer_json->size() - 10);
  EXPECT_TRUE(refused(sources, {"tokenizer.json", "cut short"}));
  TokenizerSources spiece = toy_sources("t5_spiece");
  spiece.spiece->resize(spiece.spiece->size() / 2);
  EXPECT_TRUE(refused(spiece, {"spiece.model", "damaged"}));
  spiece.spiece->clear();
  EXPECT_TRUE(refused(spiece, {"spiece.model", "cut short"}));
}

TEST(UnigramTest, RefusesASpieceModelWithoutPieces) {
  TokenizerSources sources;
  sources.spiece = std::string{3 << 3 | 2, 0};
  EXPECT_TRUE(refused(sources, {"spiece.model: 0 pieces", "at least 3"}));
}

TEST(UnigramTest, RefusesASpieceModelOfAnotherKind) {
  TokenizerSources sources = toy_sources("t5_spiece");
  // A second trainer_spec: protobuf merges it, so its model_type counts.
  *sources.spiece += std::string{2 << 3 | 2, 2, 3 << 3, 2};
  EXPECT_TRUE(refused(sources, {"spiece.model", "model type 2", "unigram"}));
}

TEST(UnigramTest, RefusesASpieceModelWithItsUnknownTokenElsewhere) {
  TokenizerSources sources = toy_sources("t5_spiece");
  // One more piece: "?" of type 2.
  *sources.spiece += std::string{1 << 3 | 2, 5, 1 << 3 | 2, 1, '?', 3 << 3, 2};
  EXPECT_TRUE(refused(sources, {"spiece.model", "unknown token has id", "expected 2"}));
}

TEST(UnigramTest, RefusesADamagedCharsmapInASpieceModel) {
  TokenizerSources sources = toy_sources("t5_spiece");
  *sources.spiece += std::string{3 << 3 | 2, 3, 2 << 3 | 2, 1, 'x'};
  EXPECT_TRUE(refused(sources, {"spiece.model", "charsmap"}));
}

TEST(UnigramTest, RefusesADamagedCharsmap) {
  const auto with = [](const json& charsmap) {
    return changed([&](json& file) { file["normalizer"]["precompiled_charsmap"] = charsmap; });
  };
  EXPECT_TRUE(refused(with("AAAA!"), {"precompiled_charsmap", "not Base64"}));
  EXPECT_TRUE(refused(with(""), {"charsmap", "0 bytes"}));
  EXPECT_TRUE(refused(with(nullptr), {"precompiled_charsmap", "expected a string"}));
  EXPECT_TRUE(refused(with("AAQAAAAA"), {"charsmap cut short"}));
}

TEST(UnigramTest, RefusesEntriesThatAreNotPieceAndScore) {
  for (const json& entry :
       {json("a"), json({"a"}), json({"a", "b"}), json({1, 2}), json({"a", 1, 2})}) {
    EXPECT_TRUE(refused(changed([&](json& file) { file["model"]["vocab"][7] = entry; }),
                        {"model.vocab", "entry 7"}));
  }
}

TEST(UnigramTest, RefusesScoresThatJsonCannotHold) {
  TokenizerSources sources = toy_sources("t5_small");
  for (const char* score : {"NaN", "1e999"}) {
    sources.tokenizer_json =
        concat(R"({"model":{"type":"Unigram","unk_id":2,"vocab":[["a",)", score, "]]}}");
    EXPECT_TRUE(refused(sources, {"tokenizer.json", "not JSON"}));
  }
}

TEST(UnigramTest, RefusesAnEmptyVocabulary) {
  EXPECT_TRUE(refused(changed([](json& file) { file["model"]["vocab"] = json::array(); }),
                      {"vocabulary has 0 pieces"}));
}

TEST(UnigramTest, RefusesPartsThatItDoesNotImplement) {
  const auto with = [](const char* key, const char* part) {
    return changed([&](json& file) { file[key] = json::parse(part); });
  };
  EXPECT_TRUE(
      refused(with("normalizer", R"({"type":"NFKC"})"), {"normalizer", "'NFKC'", "Precompiled"}));
  EXPECT_TRUE(
      refused(with("pre_tokenizer", R"({"type":"ByteLevel"})"), {"pre_tokenizer", "'ByteLevel'"}));
  EXPECT_TRUE(refused(with("pre_tokenizer", R"({"type":"Metaspace","replacement":"_"})"),
                      {"pre_tokenizer.replacement", "'\"_\"'"}));
  EXPECT_TRUE(
      refused(with("post_processor", R"({"type":"BertProcessing"})"), {"'BertProcessing'"}));
}

TEST(UnigramTest, RefusesModelsThatItDoesNotImplement) {
  const auto with = [](const char* key, const json& value) {
    return changed([&](json& file) { file["model"][key] = value; });
  };
  EXPECT_TRUE(refused(with("type", "BPE"), {"model.type", "BPE", "Unigram"}));
  EXPECT_TRUE(refused(with("unk_id", 5), {"model.unk_id", "5", "2"}));
  EXPECT_TRUE(refused(with("byte_fallback", true), {"model.byte_fallback"}));
}

TEST(UnigramTest, EachMetaspaceInTheTextBeginsAWord) {
  const auto tokenizer = UnigramTokenizer::load(toy_folder("t5_identity"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->encode("a\u2581a"), (*tokenizer)->encode("a a"));
  EXPECT_EQ((*tokenizer)->encode("\u2581a"), (*tokenizer)->encode("a"));
}

TEST(UnigramTest, EncodesBytesThatAreNotUtf8AsReplacementCharacters) {
  const auto tokenizer = UnigramTokenizer::load(toy_folder("t5_identity"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->encode("a\xFF"), (*tokenizer)->encode("a\uFFFD"));
}

}  // namespace
}  // namespace easel
