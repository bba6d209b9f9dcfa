#include "engine/tokenizers/tokenizer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace easel {
namespace {

using Ids = std::vector<int64_t>;

// One id per byte, between 1 and 2.
class BytesTokenizer : public Tokenizer {
 public:
  std::vector<int64_t> encode(std::string_view utf8) const override {
    Ids ids = {1};
    for (const char c : utf8) ids.push_back(c);
    ids.push_back(2);
    return ids;
  }
  int64_t pad_id() const override { return 9; }
  int64_t vocab_size() const override { return 128; }
  int64_t model_max_length() const override { return std::numeric_limits<int64_t>::max(); }
};

TEST(TokenizerTest, PadsShortTextsOnTheRight) {
  EXPECT_EQ(BytesTokenizer().encode_padded("ab", 6), (Ids{1, 'a', 'b', 2, 9, 9}));
  EXPECT_EQ(BytesTokenizer().encode_padded("ab", 4), (Ids{1, 'a', 'b', 2}));
}

TEST(TokenizerTest, TruncationKeepsTheEndToken) {
  EXPECT_EQ(BytesTokenizer().encode_padded("abcdef", 4), (Ids{1, 'a', 'b', 2}));
  EXPECT_EQ(BytesTokenizer().encode_padded("abcdef", 1), (Ids{2}));
}

TEST(TokenizerTest, NoLengthGivesNoIds) {
  EXPECT_TRUE(BytesTokenizer().encode_padded("abc", 0).empty());
  EXPECT_TRUE(BytesTokenizer().encode_padded("abc", -5).empty());
}

}  // namespace
}  // namespace easel
