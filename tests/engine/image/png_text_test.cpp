#include <string>

#include "engine/image/image_limits.h"
#include "engine/image/png.h"
#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using std::string_literals::operator""s;

absl::StatusOr<std::string> with_text(const PngText& text) {
  return encode_png(make_image(1, 1, 1), {text});
}

TEST(PngTextTest, GivesBackEveryText) {
  const std::vector<PngText> texts = {{"parameters", "a cat\nSteps: 20"},
                                      {"empty", ""},
                                      {"latin1", "é ÿ \x7f"},
                                      {"other", "猫 🐈 ё"},
                                      {"a b", "\t\r\n"},
                                      {"parameters", "again"}};
  const auto bytes = encode_png(make_image(2, 2, 3), texts);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto again = read_png_text(*bytes);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ((*again)[i].key, texts[i].key);
    EXPECT_EQ((*again)[i].value, texts[i].value);
  }
}

// PngInfo.add_text: latin-1 if it can be, so that old readers see it.
TEST(PngTextTest, ChoosesTheChunkAsPillowDoes) {
  const std::string latin1 = *with_text({"k", "é"});
  EXPECT_NE(latin1.find("tEXtk\0\xe9"s), std::string::npos);
  EXPECT_EQ(latin1.find("iTXt"), std::string::npos);
  const std::string other = *with_text({"k", "→"});
  EXPECT_NE(other.find("iTXtk\0\0\0\0\0→"s), std::string::npos);
  EXPECT_EQ(other.find("tEXt"), std::string::npos);
}

TEST(PngTextTest, RefusesToWriteBadKeysAndTexts) {
  for (const std::string& key : {""s, " a"s, "a "s, "a  b"s, "a\n"s, "é"s, std::string(80, 'a')}) {
    EXPECT_TRUE(fails_with(with_text({key, "x"}).status(), Reason::kInvalidField, {"key"})) << key;
  }
  EXPECT_TRUE(
      fails_with(with_text({"k", "a\0b"s}).status(), Reason::kInvalidField, {"'k'", "NUL"}));
  EXPECT_TRUE(
      fails_with(with_text({"k", "\xff"}).status(), Reason::kInvalidField, {"'k'", "UTF-8"}));
  EXPECT_TRUE(with_text({std::string(79, 'a'), "x"}).ok());
}

TEST(PngTextTest, ReadsPackedTextsOfOtherPrograms) {
  const std::string file = tiny_png(png_chunk("zTXt", "a\0\0"s + deflated("zip \xe9")) +
                                    png_chunk("iTXt", "b\0\1\0de\0\xc3\xa9\0"s + deflated("→")));
  const auto texts = read_png_text(file);
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_EQ(texts->size(), 2u);
  EXPECT_EQ((*texts)[0].value, "zip é");
  EXPECT_EQ((*texts)[1].value, "→");
}

TEST(PngTextTest, RefusesDamagedTexts) {
  for (const std::string& chunk :
       {png_chunk("tEXt", "no end of key"), png_chunk("zTXt", "a\0"s),
        png_chunk("zTXt", "a\0\1"s + deflated("x")), png_chunk("zTXt", "a\0\0junk"s),
        png_chunk("zTXt", "a\0\0"s + deflated("cut short").substr(0, 8)),
        png_chunk("iTXt", "a\0\0"s), png_chunk("iTXt", "a\0\0\0\0"s),
        png_chunk("iTXt", "a\0\0\0\0\0\xff"s)}) {
    EXPECT_TRUE(
        fails_with(read_png_text(tiny_png(chunk)).status(), Reason::kInvalidField, {"PNG"}));
  }
  std::string wrong_sum = tiny_png(png_chunk("tEXt", "a\0b"s));
  wrong_sum[wrong_sum.find("tEXt") + 6] ^= 1;
  EXPECT_TRUE(fails_with(read_png_text(wrong_sum).status(), Reason::kInvalidField, {"checksum"}));
}

TEST(PngTextTest, StopsATextThatUnpacksTooFar) {
  const std::string bomb =
      png_chunk("zTXt", "a\0\0"s + deflated(std::string(kMaxPngTextBytes + 1, 'x')));
  EXPECT_LT(bomb.size(), 20000u);
  EXPECT_TRUE(fails_with(read_png_text(tiny_png(bomb)).status(), Reason::kInvalidField,
                         {"more than 8388608"}));
  const std::string half =
      png_chunk("zTXt", "a\0\0"s + deflated(std::string(kMaxPngTextBytes / 2 + 1, 'x')));
  EXPECT_TRUE(read_png_text(tiny_png(half)).ok());
  EXPECT_FALSE(read_png_text(tiny_png(half + half)).ok());
  const std::string plain = png_chunk("tEXt", "a\0"s + std::string(kMaxPngTextBytes / 2 + 1, 'x'));
  EXPECT_TRUE(read_png_text(tiny_png(plain)).ok());
  EXPECT_FALSE(read_png_text(tiny_png(plain + plain)).ok());
  EXPECT_TRUE(decode_png(tiny_png(bomb)).ok()) << "the pixels don't need it";
}

}  // namespace
}  // namespace easel
