#include "engine/tokenizers/clip_bpe.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/engine/tokenizers/toy_tokenizers.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using nlohmann::json;

testing::AssertionResult refused(const TokenizerSources& sources,
                                 const std::vector<std::string_view>& named) {
  return fails_with(ClipBpeTokenizer::from_sources(sources).status(), Reason::kBadWeights, named);
}

// The toy that is a tokenizer.json alone, with a change.
TokenizerSources changed(const std::function<void(json&)>& edit) {
  return with_tokenizer_json("clip_tokenizer_json", edit);
}

TokenizerSources with_config(const char* config) {
  TokenizerSources sources = toy_sources("clip_vocab_merges");
  sources.tokenizer_config = config;
  return sources;
}

TEST(ClipBpeTest, KnowsItsSpecialTokens) {
  const auto tokenizer = ClipBpeTokenizer::load(toy_folder("clip"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->bos_id(), 1212);
  EXPECT_EQ((*tokenizer)->eos_id(), 1213);
  EXPECT_EQ((*tokenizer)->pad_id(), 1213);
  EXPECT_EQ((*tokenizer)->vocab_size(), 1214);
  EXPECT_EQ((*tokenizer)->model_max_length(), 77);
}

TEST(ClipBpeTest, WithoutAConfigThereIsNoMaximumLength) {
  const auto tokenizer = ClipBpeTokenizer::load(toy_folder("clip_vocab_merges"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->model_max_length(), std::numeric_limits<int64_t>::max());
}

TEST(ClipBpeTest, PadsWithTheTokenThatTheConfigNames) {
  TokenizerSources sources = toy_sources("clip_vocab_merges");
  sources.special_tokens_map = R"({"pad_token":"!"})";
  const auto tokenizer = ClipBpeTokenizer::from_sources(sources);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->pad_id(), 0);
  // As in transformers, the padding token is then one of its own in the text too.
  EXPECT_EQ((*tokenizer)->encode("!"), (std::vector<int64_t>{1212, 0, 1213}));
}

TEST(ClipBpeTest, APaddingTokenOutsideOfTheVocabularyGetsTheNextId) {
  const auto tokenizer = ClipBpeTokenizer::from_sources(with_config(R"({"pad_token":"[PAD]"})"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->pad_id(), 1214);
  EXPECT_EQ((*tokenizer)->vocab_size(), 1215);
}

TEST(ClipBpeTest, TokenizerJsonWinsOverVocabAndMerges) {
  TokenizerSources sources = toy_sources("clip_tokenizer_json");
  sources.vocab = "damaged";
  sources.merges = "damaged";
  EXPECT_TRUE(ClipBpeTokenizer::from_sources(sources).ok());
}

TEST(ClipBpeTest, NamesTheFileThatIsMissing) {
  TokenizerSources sources = toy_sources("clip_vocab_merges");
  sources.merges.reset();
  EXPECT_TRUE(fails_with(ClipBpeTokenizer::from_sources(sources).status(),
                         Reason::kComponentMissing, {"merges.txt is missing"}));
  EXPECT_TRUE(fails_with(ClipBpeTokenizer::from_sources({}).status(), Reason::kComponentMissing,
                         {"tokenizer.json is missing"}));
  EXPECT_TRUE(fails_with(ClipBpeTokenizer::load(toy_folder("nowhere")).status(),
                         Reason::kComponentMissing, {"nowhere", "no such tokenizer folder"}));
}

TEST(ClipBpeTest, RefusesATokenizerJsonCutShort) {
  TokenizerSources sources = toy_sources("clip_tokenizer_json");
  sources.tokenizer_json->resize(sources.tokenizer_json->size() / 2);
  EXPECT_TRUE(refused(sources, {"tokenizer.json", "cut short"}));
}

TEST(ClipBpeTest, RefusesDeepJson) {
  TokenizerSources sources;
  sources.tokenizer_json = std::string(100, '[') + std::string(100, ']');
  EXPECT_TRUE(refused(sources, {"tokenizer.json", "deeper than 32"}));
}

TEST(ClipBpeTest, RefusesAVocabJsonCutShort) {
  TokenizerSources sources = toy_sources("clip_vocab_merges");
  sources.vocab->resize(100);
  EXPECT_TRUE(refused(sources, {"vocab.json", "cut short"}));
}

TEST(ClipBpeTest, RefusesMergesCutShort) {
  TokenizerSources sources = toy_sources("clip_vocab_merges");
  *sources.merges = "#version: 0.2\ni n\nt";
  EXPECT_TRUE(refused(sources, {"merges.txt: merge 2 is 't'", "two tokens and one space"}));
}

TEST(ClipBpeTest, RefusesAMergeOfThreeTokens) {
  EXPECT_TRUE(refused(changed([](json& file) { file["model"]["merges"][0] = "a b c"; }),
                      {"merge 1 is 'a b c'"}));
  EXPECT_TRUE(refused(changed([](json& file) {
                        file["model"]["merges"][0] = {"a", "b", "c"};
                      }),
                      {"merge 1 is not a pair"}));
}

TEST(ClipBpeTest, RefusesAMergeOfAnUnknownToken) {
  EXPECT_TRUE(refused(changed([](json& file) { file["model"]["merges"][0] = "qqq w"; }),
                      {"merge 1", "'qqq'", "lacks"}));
}

TEST(ClipBpeTest, RefusesIdsOutOfRange) {
  for (const json& id : {json(-1), json(16777216), json(18446744073709551615u), json(1e30)}) {
    EXPECT_TRUE(refused(changed([&](json& file) { file["model"]["vocab"]["!"] = id; }),
                        {"token '!'", "model.vocab", "id"}));
  }
  EXPECT_TRUE(refused(changed([](json& file) { file["model"]["vocab"]["!"] = "0"; }),
                      {"expected a token id, got string"}));
}

TEST(ClipBpeTest, RefusesAnIdGivenTwice) {
  EXPECT_TRUE(refused(changed([](json& file) { file["model"]["vocab"]["!"] = 1; }), {"id 1"}));
}

TEST(ClipBpeTest, RefusesPartsThatItDoesNotImplement) {
  const auto with = [](const char* key, const char* part) {
    return changed([&](json& file) { file[key] = json::parse(part); });
  };
  EXPECT_TRUE(refused(with("normalizer", R"({"type":"BertNormalizer"})"),
                      {"normalizer", "'BertNormalizer'", "NFC"}));
  EXPECT_TRUE(refused(with("normalizer", R"({"type":"Sequence","normalizers":[{"type":"NFKC"}]})"),
                      {"normalizer", "'NFKC'"}));
  EXPECT_TRUE(
      refused(with("pre_tokenizer", R"({"type":"Metaspace"})"), {"pre_tokenizer", "'Metaspace'"}));
  EXPECT_TRUE(
      refused(with("post_processor", R"({"type":"BertProcessing"})"), {"'BertProcessing'"}));
  EXPECT_TRUE(refused(with("normalizer", "[]"), {"normalizer", "expected an object, got array"}));
}

TEST(ClipBpeTest, RefusesModelsThatItDoesNotImplement) {
  const auto with = [](const char* key, const json& value) {
    return changed([&](json& file) { file["model"][key] = value; });
  };
  EXPECT_TRUE(refused(with("type", "WordPiece"), {"model.type", "WordPiece", "BPE"}));
  EXPECT_TRUE(refused(with("byte_fallback", true), {"model.byte_fallback"}));
  EXPECT_TRUE(refused(with("fuse_unk", true), {"model.fuse_unk"}));
  EXPECT_TRUE(refused(with("ignore_merges", true), {"model.ignore_merges"}));
  EXPECT_TRUE(refused(with("dropout", 0.5), {"model.dropout"}));
  EXPECT_TRUE(refused(with("end_of_word_suffix", ""), {"model.end_of_word_suffix"}));
  EXPECT_TRUE(
      refused(with("continuing_subword_prefix", "##"), {"model.continuing_subword_prefix"}));
}

TEST(ClipBpeTest, RefusesAModelWithoutVocabularyOrMerges) {
  for (const char* key : {"vocab", "merges"}) {
    EXPECT_TRUE(
        refused(changed([&](json& file) { file["model"].erase(key); }), {key, "got nothing"}));
  }
  EXPECT_TRUE(refused(changed([](json& file) { file.erase("model"); }), {"model", "got nothing"}));
}

TEST(ClipBpeTest, EncodesBytesThatAreNotUtf8AsReplacementCharacters) {
  const auto tokenizer = ClipBpeTokenizer::load(toy_folder("clip"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->encode("a\xFF"), (*tokenizer)->encode("a\uFFFD"));
}

}  // namespace
}  // namespace easel
