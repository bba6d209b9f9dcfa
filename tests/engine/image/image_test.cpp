#include "engine/image/image.h"

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

TEST(ImageTest, RgbDropsAlphaAndRepeatsGray) {
  EXPECT_EQ(to_rgb({1, 1, 4, {10, 20, 30, 0}}).pixels, (std::vector<uint8_t>{10, 20, 30}));
  EXPECT_EQ(to_rgb({2, 1, 1, {7, 200}}).pixels, (std::vector<uint8_t>{7, 7, 7, 200, 200, 200}));
  EXPECT_EQ(to_rgb({1, 1, 3, {1, 2, 3}}).pixels, (std::vector<uint8_t>{1, 2, 3}));
}

TEST(ImageTest, GrayIsPilsLuma) {
  // Image.new("RGB", (1, 1), colour).convert("L")
  EXPECT_EQ(to_gray({4, 1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}}).pixels,
            (std::vector<uint8_t>{76, 150, 29, 255}));
  EXPECT_EQ(to_gray({1, 1, 4, {255, 0, 0, 3}}).pixels, (std::vector<uint8_t>{76}));
}

TEST(ImageTest, ChecksSidesChannelsAndBytes) {
  EXPECT_TRUE(check_image(make_image(3, 2, 4)).ok());
  EXPECT_TRUE(fails_with(check_image({0, 2, 3, {}}), Reason::kInvalidField, {"0 × 2"}));
  EXPECT_TRUE(fails_with(check_image({1, 1, 2, {0, 0}}), Reason::kInvalidField, {"2 channels"}));
  EXPECT_TRUE(
      fails_with(check_image({1, 1, 3, {0}}), Reason::kInvalidField, {"expected 3", "got 1"}));
}

}  // namespace
}  // namespace easel
