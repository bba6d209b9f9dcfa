#include "engine/tokenizers/precompiled_charsmap.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/tokenizers/charsmap_bytes.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

std::string normalized(const CharsmapBuilder& builder, std::string_view text) {
  const auto map = PrecompiledCharsmap::parse(builder.blob());
  EXPECT_TRUE(map.ok()) << map.status();
  return map.ok() ? map->normalize(text) : "";
}

testing::AssertionResult refused(const std::string& blob, std::string_view named) {
  return fails_with(PrecompiledCharsmap::parse(blob).status(), Reason::kBadWeights,
                    {"charsmap", named});
}

CharsmapBuilder example() {
  return CharsmapBuilder().rule("A", "a").rule("\u00BD", "1/2").rule("\u200B", "");
}

TEST(PrecompiledCharsmapTest, ReplacesCharacters) {
  EXPECT_EQ(normalized(example(), "xA\u00BD\u200BA."), "xa1/2a.");
  EXPECT_EQ(normalized(example(), ""), "");
}

TEST(PrecompiledCharsmapTest, AReplacementStandsForAWholeShortGrapheme) {
  // The mark is lost, as in spm_precompiled: "A" is the entry that the cluster of 3 bytes begins
  // with.
  EXPECT_EQ(normalized(example(), "A\u0301"), "a");
  // 7 bytes: each code point on its own.
  EXPECT_EQ(normalized(example(), "A\u0301\u0301\u0301"), "a\u0301\u0301\u0301");
}

TEST(PrecompiledCharsmapTest, TheShortestEntryCounts) {
  EXPECT_EQ(normalized(CharsmapBuilder().rule("e\u0301", "E").rule("e", "i"), "e\u0301"), "i");
  EXPECT_EQ(normalized(CharsmapBuilder().rule("e\u0301", "E"), "e\u0301e"), "Ee");
}

TEST(PrecompiledCharsmapTest, NulIsNeverReplaced) {
  EXPECT_EQ(normalized(example(), std::string("\0A", 2)), std::string("\0a", 2));
}

TEST(PrecompiledCharsmapTest, RefusesABlobCutShort) {
  const std::string blob = example().blob();
  EXPECT_TRUE(refused("", "0 bytes"));
  EXPECT_TRUE(refused(blob.substr(0, 3), "3 bytes"));
  EXPECT_TRUE(refused(blob.substr(0, 900), "cut short"));
}

TEST(PrecompiledCharsmapTest, RefusesATrieOfAnOddSize) {
  auto units = example().units();
  units.pop_back();
  EXPECT_TRUE(refused(example().blob(units), "multiple of 1024"));
  EXPECT_TRUE(refused(std::string(4, '\0'), "multiple of 1024"));
}

TEST(PrecompiledCharsmapTest, RefusesUnitsThatPointOutOfTheTrie) {
  auto units = example().units();
  units['A'] |= 1u << 30;
  EXPECT_TRUE(refused(example().blob(units), "points at unit"));
}

TEST(PrecompiledCharsmapTest, RefusesValuesThatPointOutOfTheReplacements) {
  CharsmapBuilder builder = example();
  builder.replacements.resize(2);
  EXPECT_TRUE(refused(builder.blob(), "points at replacement byte 2 of 2"));
}

TEST(PrecompiledCharsmapTest, RefusesValuesInsideACharacter) {
  CharsmapBuilder builder = CharsmapBuilder().rule("A", "ä").rule("B", "b");
  builder.replacements = "bä";
  builder.rule("C", "c");
  auto units = builder.units();
  for (uint32_t& unit : units) {
    if (unit >> 31) unit = 1u << 31 | 2;
  }
  EXPECT_TRUE(refused(builder.blob(units), "replacement byte 2"));
}

TEST(PrecompiledCharsmapTest, RefusesAMissingValue) {
  auto units = example().units();
  units[256] = 0;  // the value of "A", whose node is the first one made
  EXPECT_TRUE(refused(example().blob(units), "announces a value"));
}

TEST(PrecompiledCharsmapTest, RefusesAValueAsRoot) {
  auto units = example().units();
  units[0] = 1u << 31;
  EXPECT_TRUE(refused(example().blob(units), "root"));
}

TEST(PrecompiledCharsmapTest, RefusesReplacementsThatAreNotUtf8) {
  EXPECT_TRUE(refused(CharsmapBuilder().rule("A", "\xFF").blob(), "not valid UTF-8 at byte 0"));
}

}  // namespace
}  // namespace easel
