#include "engine/image/webp.h"

#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

TEST(WebpTest, ComesBackInItsSizeAndModes) {
  for (const int channels : {1, 3, 4}) {
    const auto bytes = encode_webp(test_picture(31, 17, channels), 80);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    const auto again = decode_webp(*bytes);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->width, 31);
    EXPECT_EQ(again->height, 17);
    EXPECT_EQ(again->channels, channels == 4 ? 4 : 3);
  }
}

TEST(WebpTest, KeepsAPlainColour) {
  Image image = make_image(16, 16, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<uint8_t>(60 + 50 * (i % 3));
  const auto again = decode_webp(*encode_webp(image, 90));
  for (size_t i = 0; i < image.pixels.size(); ++i)
    ASSERT_NEAR(again->pixels[i], image.pixels[i], 4);
}

TEST(WebpTest, RefusesWhatItCannotWrite) {
  EXPECT_TRUE(fails_with(encode_webp(make_image(1, 1, 3), -1).status(), Reason::kInvalidField,
                         {"quality -1"}));
  EXPECT_TRUE(fails_with(encode_webp(make_image(1, 1, 3), 101).status(), Reason::kInvalidField,
                         {"0 to 100"}));
  EXPECT_TRUE(fails_with(encode_webp(make_image(16384, 1, 3), 80).status(), Reason::kInvalidField,
                         {"16383"}));
  EXPECT_TRUE(
      fails_with(encode_webp({1, 1, 3, {}}, 80).status(), Reason::kInvalidField, {"expected 3"}));
}

TEST(WebpTest, RefusesDamage) {
  std::string bytes = fixture("codecs/lossless_rgb.webp");
  bytes[20] = 0;  // the signature of the lossless stream
  EXPECT_TRUE(
      fails_with(decode_webp(bytes).status(), Reason::kInvalidField, {"WebP image is damaged"}));
}

}  // namespace
}  // namespace easel
