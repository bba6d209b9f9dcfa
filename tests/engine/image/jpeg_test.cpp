#include "engine/image/jpeg.h"

#include <cmath>
#include <cstdlib>

#include "engine/image/image_limits.h"
#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

Image smooth_picture(int channels) {
  Image image = make_image(48, 32, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    const double place = static_cast<double>(i / channels);
    image.pixels[i] =
        static_cast<uint8_t>(128 + 100 * std::sin(place / 700 + static_cast<double>(i % channels)));
  }
  return image;
}

TEST(JpegTest, ComesBackNearlyAsItWas) {
  for (const int channels : {1, 3}) {
    const Image image = smooth_picture(channels);
    const auto bytes = encode_jpeg(image, 95);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    const auto again = decode_jpeg(*bytes);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(again->channels, channels);
    for (size_t i = 0; i < image.pixels.size(); ++i)
      ASSERT_NEAR(again->pixels[i], image.pixels[i], 8) << i;
  }
}

TEST(JpegTest, DropsAlpha) {
  Image image = smooth_picture(4);
  EXPECT_EQ(*encode_jpeg(image, 80), *encode_jpeg(to_rgb(image), 80));
}

TEST(JpegTest, IsLargerAtHigherQuality) {
  const Image image = test_picture(64, 64, 3);
  EXPECT_LT(encode_jpeg(image, 10)->size(), encode_jpeg(image, 95)->size());
}

TEST(JpegTest, RefusesWhatItCannotWrite) {
  EXPECT_TRUE(fails_with(encode_jpeg(smooth_picture(3), 0).status(), Reason::kInvalidField,
                         {"quality 0", "1 to 100"}));
  EXPECT_TRUE(fails_with(encode_jpeg(smooth_picture(3), 101).status(), Reason::kInvalidField,
                         {"quality 101"}));
  EXPECT_TRUE(
      fails_with(encode_jpeg({1, 1, 3, {}}, 80).status(), Reason::kInvalidField, {"expected 3"}));
}

TEST(JpegTest, RefusesDataThatIsMissingInTheMiddle) {
  const std::string whole = *encode_jpeg(test_picture(64, 64, 3), 90);
  const std::string hole = whole.substr(0, whole.size() / 2) + whole.substr(whole.size() - 2);
  EXPECT_TRUE(fails_with(decode_jpeg(hole).status(), Reason::kInvalidField,
                         {"JPEG", "damaged or cut short"}));
}

// A scan costs a few bytes here and a pass over the whole picture there.
TEST(JpegTest, RefusesEndlessScans) {
  const std::string whole = fixture("codecs/progressive.jpg");
  const size_t scan = whole.find("\xff\xda");
  const size_t next = whole.find("\xff\xc4", scan);
  std::string many = whole.substr(0, scan);
  for (int i = 0; i <= kMaxJpegScans; ++i) many += whole.substr(scan, next - scan);
  many += whole.substr(next);
  EXPECT_TRUE(fails_with(decode_jpeg(many).status(), Reason::kInvalidField, {"more scans"}));
}

}  // namespace
}  // namespace easel
