#include "engine/isolation/plain_picture.h"

#include <cstdlib>
#include <filesystem>

#include "engine/image/icc_profile.h"
#include "engine/image/png.h"
#include "engine/isolation/to_srgb.h"
#include "tests/engine/image/image_files.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

// tools/reference/make_upload_fixtures.py; another Little CMS rounds otherwise, and so does
// blending.
constexpr int kRounding = 1;

void expect_equal(const std::string& name, PictureUse use, const std::string& kind) {
  const auto image = read_plain_picture(fixture("uploads/" + name), use);
  ASSERT_TRUE(image.ok()) << name << ": " << image.status();
  EXPECT_EQ(image->channels, 3);
  const std::string expected = fixture("uploads/" + name + kind);
  ASSERT_EQ(image->pixels.size(), expected.size()) << name;
  int worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    worst = std::max(worst, std::abs(image->pixels[i] - static_cast<uint8_t>(expected[i])));
  }
  EXPECT_LE(worst, kRounding) << name;
}

TEST(PlainPictureTest, IsWhatPillowMakesOfProfilesAlphaAndSixteenBits) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EASEL_TEST_DATA "/image/uploads")) {
    if (entry.path().extension() != ".rgb") continue;
    expect_equal(entry.path().stem().string(), PictureUse::kPicture, ".rgb");
    ++count;
  }
  EXPECT_EQ(count, 8u);
}

TEST(PlainPictureTest, WhatIsTransparentInAMaskIsBlack) {
  expect_equal("alpha.png", PictureUse::kMask, ".mask");
}

TEST(PlainPictureTest, AMaskHasNoColours) {
  const auto mask = read_plain_picture(fixture("uploads/wide.png"), PictureUse::kMask);
  ASSERT_TRUE(mask.ok());
  EXPECT_EQ(mask->pixels, decode_image(fixture("uploads/wide.png"))->pixels);
}

TEST(PlainPictureTest, AProfileChangesColours) {
  const auto image = read_plain_picture(fixture("uploads/wide.png"), PictureUse::kPicture);
  EXPECT_NE(image->pixels, decode_image(fixture("uploads/wide.png"))->pixels);
}

TEST(PlainPictureTest, ADamagedProfileOrOneForOtherChannelsIsIgnored) {
  const Image rgb = test_picture(4, 4, 3);
  const std::string profile = read_icc_profile(fixture("uploads/wide.png"));
  ASSERT_FALSE(profile.empty());
  EXPECT_NE(to_srgb(rgb, profile).pixels, rgb.pixels);
  EXPECT_EQ(to_srgb(rgb, profile.substr(0, profile.size() / 2)).pixels, rgb.pixels);
  EXPECT_EQ(to_srgb(rgb, "nothing of the kind").pixels, rgb.pixels);
  const Image gray = test_picture(4, 4, 1);
  EXPECT_EQ(to_srgb(gray, profile).pixels, gray.pixels);
}

TEST(PlainPictureTest, RefusesAnAnimationOfEitherKind) {
  for (const char* name : {"codecs/animated.png", "codecs/refused_animated.webp"}) {
    EXPECT_TRUE(fails_with(read_plain_picture(fixture(name), PictureUse::kPicture).status(),
                           Reason::kInvalidField, {"animated", "still"}));
  }
}

}  // namespace
}  // namespace easel
