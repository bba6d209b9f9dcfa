// The configs beside a tokenizer, read through CLIP's, which takes them all.
#include "engine/tokenizers/special_tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

struct Configs {
  const char* config = "{}";
  const char* map = nullptr;
  const char* added = nullptr;
  const char* tokenizer_json = nullptr;
};

absl::StatusOr<SpecialTokens> read(const Configs& configs) {
  TokenizerSources sources;
  sources.tokenizer_config = configs.config;
  if (configs.map != nullptr) sources.special_tokens_map = configs.map;
  if (configs.added != nullptr) sources.added_tokens = configs.added;
  nlohmann::json file;
  if (configs.tokenizer_json != nullptr) file = nlohmann::json::parse(configs.tokenizer_json);
  return SpecialTokens::read(sources, file);
}

// Texts of the tokens in their order, "~" before those that are looked for in normalised text.
std::string added(const Configs& configs) {
  const auto special = read(configs);
  if (!special.ok()) return std::string(to_std(special.status().message()));
  std::vector<std::string> texts;
  for (const AddedToken& token : special->tokens_to_add()) {
    texts.push_back((token.normalized ? "~" : "") + token.content);
  }
  return join(texts, " ");
}

testing::AssertionResult refused(const Configs& configs,
                                 const std::vector<std::string_view>& named) {
  return fails_with(read(configs).status(), Reason::kBadWeights, named);
}

TEST(SpecialTokensTest, NamedTokensComeInTheOrderOfTheirNames) {
  EXPECT_EQ(added({R"({"pad_token":"p","bos_token":"b","image_token":"i","eos_token":"e"})"}),
            "b e p i");
  EXPECT_EQ(added({R"({"pad_token":"x","bos_token":"x","eos_token":null,"add_bos_token":true})"}),
            "x");
}

TEST(SpecialTokensTest, AddedTokensComeByTheirIdAndFirst) {
  EXPECT_EQ(
      added({R"({"eos_token":"e","added_tokens_decoder":{"10":{"content":"x","normalized":true},
                       "9":{"content":"y","special":true}}})"}),
      "y ~x e");
}

TEST(SpecialTokensTest, TheDecoderOfTheConfigDecidesAlone) {
  EXPECT_EQ(added({R"({"added_tokens_decoder":{}})", R"({"pad_token":"p"})", R"({"a":1})",
                   R"({"added_tokens":[{"id":2,"content":"t"}]})"}),
            "");
}

TEST(SpecialTokensTest, WithoutItTheOlderFilesAreRead) {
  EXPECT_EQ(added({R"({"pad_token":"q"})",
                   R"({"pad_token":"p","eos_token":{"content":"e","normalized":true}})",
                   R"({"a":5,"p":6})",
                   R"({"added_tokens":[{"id":2,"content":"t","normalized":false}]})"}),
            "t ~a p ~e");
}

TEST(SpecialTokensTest, OneTextWithTwoSetsOfFlagsStandsTwice) {
  EXPECT_EQ(added({"{}", R"({"eos_token":{"content":"e","normalized":true},"pad_token":"e"})"}),
            "~e e");
}

TEST(SpecialTokensTest, TheNewerListOfExtraTokensCounts) {
  EXPECT_EQ(added({R"({"additional_special_tokens":["a","b"]})"}), "a b");
  EXPECT_EQ(added({R"({"additional_special_tokens":["a"],"extra_special_tokens":["c"]})"}), "c");
  EXPECT_EQ(added({R"({"extra_special_tokens":["c"]})", R"({"extra_special_tokens":["d","c"]})"}),
            "c d");
  EXPECT_EQ(added({R"({"extra_special_tokens":{"image_token":"i"}})"}), "i");
}

TEST(SpecialTokensTest, RefusesTheLeftSide) {
  EXPECT_TRUE(refused({R"({"padding_side":"left"})"}, {"padding_side", "'left'"}));
  EXPECT_TRUE(refused({R"({"truncation_side":"left"})"}, {"truncation_side", "'left'"}));
  EXPECT_TRUE(refused({"{}", nullptr, nullptr, R"({"padding":{"direction":"Left"}})"},
                      {"padding.direction"}));
  EXPECT_TRUE(refused({"{}", nullptr, nullptr, R"({"truncation":{"direction":"Left"}})"},
                      {"truncation.direction"}));
}

TEST(SpecialTokensTest, RefusesSplitSpecialTokens) {
  EXPECT_TRUE(refused({R"({"split_special_tokens":true})"}, {"split_special_tokens"}));
}

TEST(SpecialTokensTest, RefusesDamagedConfigs) {
  EXPECT_TRUE(refused({R"({"pad_token":)"}, {"tokenizer_config.json", "cut short"}));
  EXPECT_TRUE(refused({"[]"}, {"tokenizer_config.json", "expected an object, got array"}));
  EXPECT_TRUE(refused({"{}", "{"}, {"special_tokens_map.json", "cut short"}));
  EXPECT_TRUE(refused({"{}", nullptr, "{"}, {"added_tokens.json", "cut short"}));
}

TEST(SpecialTokensTest, RefusesWrongTypesAndNumbers) {
  EXPECT_TRUE(refused({R"({"pad_token":5})"}, {"'pad_token'", "expected an object, got number"}));
  EXPECT_TRUE(refused({R"({"pad_token":{"content":5}})"}, {"content", "expected a string"}));
  EXPECT_TRUE(
      refused({R"({"extra_special_tokens":5})"}, {"extra_special_tokens", "expected an array"}));
  EXPECT_TRUE(
      refused({R"({"added_tokens_decoder":{"x":{"content":"a"}}})"}, {"'x' is not a token id"}));
  EXPECT_TRUE(refused({R"({"added_tokens_decoder":{"99999999999999999999":{"content":"a"}}})"},
                      {"is not a token id"}));
  EXPECT_TRUE(refused({R"({"added_tokens_decoder":{"1":{"content":"a","lstrip":1}}})"},
                      {"lstrip", "true or false"}));
  EXPECT_TRUE(refused({R"({"model_max_length":0})"}, {"model_max_length"}));
  EXPECT_TRUE(refused({R"({"extra_ids":-1})"}, {"extra_ids is '-1'"}));
  EXPECT_TRUE(refused({R"({"extra_ids":100001})"}, {"extra_ids"}));
}

}  // namespace
}  // namespace easel
