// Ids against those that transformers 5.23 gives (tests/data/tokenizers/README.md).
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/engine/tokenizers/toy_tokenizers.h"

namespace easel {
namespace {

using nlohmann::json;
using Ids = std::vector<int64_t>;

// The lines of a file; texts in them hold other line separators than \n.
std::vector<json> read_lines(const std::string& name) {
  const auto text = read_file(toy_folder(name), /*max_bytes=*/size_t{64} << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  std::vector<json> lines;
  for (size_t start = 0; text.ok() && start < text->size();) {
    const size_t end = text->find('\n', start);
    lines.push_back(
        json::parse(text->substr(start, end - start), nullptr, /*allow_exceptions=*/false));
    EXPECT_TRUE(lines.back().is_object()) << name << " line " << lines.size();
    start = end == std::string::npos ? text->size() : end + 1;
  }
  return lines;
}

template <typename T>
std::unique_ptr<Tokenizer> loaded(const std::string& folder) {
  auto tokenizer = T::load(toy_folder(folder));
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return tokenizer.ok() ? *std::move(tokenizer) : nullptr;
}

// Every toy by its folder's name.
std::map<std::string, std::unique_ptr<Tokenizer>> all_toys() {
  std::map<std::string, std::unique_ptr<Tokenizer>> toys;
  for (const auto& entry : std::filesystem::directory_iterator(toy_folder(""))) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    toys[name] = name.rfind("clip", 0) == 0 ? loaded<ClipBpeTokenizer>(name)
                                            : loaded<UnigramTokenizer>(name);
  }
  return toys;
}

TEST(ReferenceIdsTest, EveryToyGivesTheIdsOfTransformers) {
  const auto toys = all_toys();
  ASSERT_GE(toys.size(), 10u);
  const std::vector<json> lines = read_lines("expected.jsonl");
  ASSERT_GE(lines.size(), 2000u);
  // These have the same vocabulary in other files; a line says so where their ids differ.
  const std::map<std::string, std::string> same_as = {
      {"clip_vocab_merges", "clip"}, {"clip_tokenizer_json", "clip"}, {"t5_spiece", "t5"}};
  for (const json& line : lines) {
    const std::string text = line["text"];
    for (const std::string name : {"clip", "t5"}) {
      EXPECT_EQ(toys.at(name)->encode(text), line[name].get<Ids>()) << name << ": " << line["text"];
    }
    for (const auto& [name, twin] : same_as) {
      const json& expected = line.contains(name) ? line[name] : line[twin];
      EXPECT_EQ(toys.at(name)->encode(text), expected.get<Ids>()) << name << ": " << line["text"];
    }
  }
}

TEST(ReferenceIdsTest, OtherShapesOfTokenizersGiveTheIdsOfTransformers) {
  const auto toys = all_toys();
  const std::vector<json> lines = read_lines("expected_variants.jsonl");
  ASSERT_GE(lines.size(), 500u);
  std::map<std::string, int> compared;
  for (const json& line : lines) {
    for (const auto& [name, ids] : line.items()) {
      if (name == "text") continue;
      ASSERT_EQ(toys.count(name), 1u) << name;
      EXPECT_EQ(toys.at(name)->encode(line["text"].get<std::string>()), ids.get<Ids>())
          << name << ": " << line["text"];
      ++compared[name];
    }
  }
  EXPECT_GE(compared.size(), 5u);
}

TEST(ReferenceIdsTest, PaddingAndTruncationAreThoseOfTransformers) {
  const auto toys = all_toys();
  const std::vector<json> lines = read_lines("expected_padded.jsonl");
  ASSERT_GE(lines.size(), 10u);
  for (const json& line : lines) {
    const std::string text = line["text"];
    EXPECT_EQ(toys.at("clip")->encode_padded(text, 77), line["clip"].get<Ids>()) << line["text"];
    EXPECT_EQ(toys.at("t5")->encode_padded(text, line["t5_length"]), line["t5"].get<Ids>())
        << line["text"];
  }
}

}  // namespace
}  // namespace easel
