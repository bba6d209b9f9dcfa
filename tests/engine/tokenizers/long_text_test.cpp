// Texts of a megabyte that would take minutes if any part took quadratic time; the test's time
// limit is what fails then.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/tokenizers/toy_tokenizers.h"

namespace easel {
namespace {

std::string repeated(std::string_view unit) {
  constexpr size_t kBytes = 1'000'000;
  std::string text;
  while (text.size() < kBytes) text += unit;
  return text;
}

std::vector<std::string> long_texts() {
  return {repeated("a"),             // one word
          repeated("\u0301\u0316"),  // marks in the wrong order
          repeated("!'"),            // one run of symbols
          repeated(" "),
          repeated("\u6F22"),            // unknown characters, fused
          repeated("\U0001F469\u200D"),  // one grapheme cluster
          repeated("<|endoftext|"),      // nearly a special token
          repeated(" <extra_id_1> "),
          repeated("\u2581")};
}

TEST(LongTextTest, ClipTakesAMegabyteInLinearTime) {
  const auto tokenizer = ClipBpeTokenizer::load(toy_folder("clip_hub"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  for (const std::string& text : long_texts()) EXPECT_GE((*tokenizer)->encode(text).size(), 2u);
}

TEST(LongTextTest, UnigramTakesAMegabyteInLinearTime) {
  const auto tokenizer = UnigramTokenizer::load(toy_folder("t5_hub"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  for (const std::string& text : long_texts()) EXPECT_GE((*tokenizer)->encode(text).size(), 1u);
}

}  // namespace
}  // namespace easel
