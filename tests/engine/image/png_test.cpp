#include "engine/image/png.h"

#include "engine/image/image_limits.h"
#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

TEST(PngTest, GivesBackWhatWasWritten) {
  for (const int channels : {1, 3, 4}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {17, 5}, {1, 300}, {64, 64}}) {
      const Image image = test_picture(width, height, channels);
      const auto bytes = encode_png(image, {});
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      const auto again = decode_png(*bytes);
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_EQ(again->pixels, image.pixels);
      EXPECT_EQ(again->channels, channels);
    }
  }
}

TEST(PngTest, WritesTheSameBytesForTheSamePicture) {
  const Image image = test_picture(40, 30, 3);
  const std::vector<PngText> text = {{"parameters", "a cat"}};
  EXPECT_EQ(*encode_png(image, text), *encode_png(image, text));
}

TEST(PngTest, PacksWhatChangesSmoothly) {
  Image image = make_image(100, 100, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<uint8_t>(i / 3 % 100 + i / 300);
  }
  EXPECT_LT(encode_png(image, {})->size(), image.pixels.size() / 50);
}

TEST(PngTest, RefusesToWriteWhatIsNoImage) {
  EXPECT_TRUE(fails_with(encode_png({2, 2, 3, {1, 2}}, {}).status(), Reason::kInvalidField,
                         {"expected 12", "got 2"}));
  EXPECT_TRUE(fails_with(encode_png(make_image(kMaxImageSide + 1, 1, 1), {}).status(),
                         Reason::kInvalidField, {"16385", "16384"}));
}

TEST(PngTest, ReadsTheDefaultPictureOfAnAnimation) {
  EXPECT_EQ(decode_png(fixture("codecs/animated.png"))->pixels,
            decode_png(fixture("codecs/rgb.png"))->pixels);
}

TEST(PngTest, RefusesDamage) {
  const std::string good = fixture("codecs/rgb.png");
  std::string bad_header = good;
  bad_header[20] ^= 1;
  EXPECT_TRUE(fails_with(decode_png(bad_header).status(), Reason::kInvalidField, {"checksum"}));
  std::string bad_data = good;
  bad_data[good.find("IDAT") + 30] ^= 1;
  EXPECT_TRUE(fails_with(decode_png(bad_data).status(), Reason::kInvalidField, {"damaged"}));
  std::string bad_sum = good;
  bad_sum[good.find("IEND") - 5] ^= 1;
  EXPECT_TRUE(fails_with(decode_png(bad_sum).status(), Reason::kInvalidField, {"damaged"}));
  EXPECT_FALSE(decode_png(png_file({2, 2}, "\0ab")).ok()) << "a row is missing";
  EXPECT_FALSE(decode_png(png_file({1, 1, 8, 5}, "\0a")).ok()) << "there is no colour type 5";
  EXPECT_FALSE(decode_png(png_file({1, 1, 3, 0}, "\0a")).ok()) << "there is no depth 3";
  EXPECT_FALSE(decode_png(png_file({1, 1, 8, 3}, std::string(2, '\0'))).ok())
      << "the palette is missing";
}

}  // namespace
}  // namespace easel
