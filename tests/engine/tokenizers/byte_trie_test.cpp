#include "engine/tokenizers/byte_trie.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace easel {
namespace {

using Found = std::vector<std::pair<size_t, int32_t>>;

Found prefixes(const ByteTrie& trie, std::string_view text) {
  Found found;
  trie.each_prefix(text, [&](size_t length, int32_t value) { found.emplace_back(length, value); });
  return found;
}

TEST(ByteTrieTest, FindsEveryKeyThatTheTextBeginsWith) {
  const ByteTrie trie({{"a", 0}, {"abc", 1}, {"ab", 2}, {"b", 3}, {"\xFF", 4}});
  EXPECT_EQ(prefixes(trie, "abcd"), (Found{{1, 0}, {2, 2}, {3, 1}}));
  EXPECT_EQ(prefixes(trie, "ax"), (Found{{1, 0}}));
  EXPECT_EQ(prefixes(trie, "\xFF"), (Found{{1, 4}}));
  EXPECT_TRUE(prefixes(trie, "x").empty());
  EXPECT_TRUE(prefixes(trie, "").empty());
}

TEST(ByteTrieTest, TheLastOfEqualKeysCounts) {
  EXPECT_EQ(prefixes(ByteTrie({{"a", 0}, {"a", 7}}), "a"), (Found{{1, 7}}));
}

TEST(ByteTrieTest, TheEmptyKeyIsNeverFound) {
  const ByteTrie trie({{"", 5}, {"a", 0}});
  EXPECT_EQ(prefixes(trie, "a"), (Found{{1, 0}}));
  EXPECT_TRUE(ByteTrie({{"", 5}}).empty());
  EXPECT_TRUE(ByteTrie({}).empty());
}

}  // namespace
}  // namespace easel
