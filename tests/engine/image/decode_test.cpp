#include "engine/image/decode.h"

#include <filesystem>

#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

TEST(DecodeImageTest, GivesPillowsPixelsForEveryKindOfFile) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EASEL_TEST_DATA "/image/codecs")) {
    if (entry.path().extension() != ".rgb") continue;
    const std::string name = "codecs/" + entry.path().stem().string();
    const absl::StatusOr<Image> image = decode_image(fixture(name));
    ASSERT_TRUE(image.ok()) << name << ": " << image.status();
    const std::string expected = fixture(name + ".rgb");
    const Image rgb = to_rgb(*image);
    EXPECT_EQ(std::string(rgb.pixels.begin(), rgb.pixels.end()), expected) << name;
    ++count;
  }
  EXPECT_GE(count, 37u);
}

TEST(DecodeImageTest, KeepsAlphaForWhoWantsIt) {
  EXPECT_EQ(decode_image(fixture("codecs/rgba.png"))->channels, 4);
  EXPECT_EQ(decode_image(fixture("codecs/palette_alpha.png"))->channels, 4);
  EXPECT_EQ(decode_image(fixture("codecs/lossy_rgba.webp"))->channels, 4);
  EXPECT_EQ(decode_image(fixture("codecs/l.png"))->channels, 1);
}

TEST(DecodeImageTest, NamesTheAllowedFormatsWhenItKnowsNone) {
  const std::string allowed = "allowed: PNG, JPEG, WebP";
  EXPECT_TRUE(fails_with(decode_image("").status(), Reason::kInvalidField, {"empty", allowed}));
  EXPECT_TRUE(
      fails_with(decode_image("GIF89a\1\0\1\0").status(), Reason::kInvalidField, {allowed}));
  EXPECT_TRUE(
      fails_with(decode_image("RIFF\4\0\0\0WAVE").status(), Reason::kInvalidField, {allowed}));
  EXPECT_TRUE(fails_with(decode_image("\x89PN").status(), Reason::kInvalidField, {allowed}));
}

TEST(DecodeImageTest, RefusesAnAnimatedWebp) {
  EXPECT_TRUE(fails_with(decode_image(fixture("codecs/refused_animated.webp")).status(),
                         Reason::kInvalidField, {"animated WebP"}));
}

// A copy on the heap, so that AddressSanitizer sees any read past the end.
TEST(DecodeImageTest, RefusesAFileCutShortAtAnyByte) {
  for (const char* name :
       {"codecs/rgba.png", "codecs/interlaced.png", "codecs/rgb.jpg", "codecs/progressive.jpg",
        "codecs/lossy_rgb.webp", "codecs/lossy_rgba.webp", "codecs/lossless_rgba.webp",
        "codecs/orientation_8.webp"}) {
    const std::string whole = fixture(name);
    for (size_t length = 0; length < whole.size(); ++length) {
      const std::vector<char> part(whole.begin(),
                                   whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_FALSE(decode_image({part.data(), part.size()}).ok()) << name << " cut to " << length;
    }
  }
}

}  // namespace
}  // namespace easel
