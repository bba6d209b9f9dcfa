#include "engine/image/resize.h"

#include <map>
#include <nlohmann/json.hpp>

#include "engine/image/decode.h"
#include "tests/engine/image/image_files.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

void expect_pillows_pixels(const std::string& list, size_t expected_count) {
  const std::map<std::string, Resample> filters = {{"bilinear", Resample::kBilinear},
                                                   {"bicubic", Resample::kBicubic},
                                                   {"lanczos", Resample::kLanczos},
                                                   {"nearest", Resample::kNearest}};
  const auto cases = nlohmann::json::parse(fixture(list));
  EXPECT_EQ(cases.size(), expected_count);
  for (const auto& item : cases) {
    const auto source = decode_image(fixture(item["source"].get<std::string>()));
    const auto expected = decode_image(fixture(item["result"].get<std::string>()));
    ASSERT_TRUE(source.ok() && expected.ok()) << item;
    const Image result = resize(*source, item["width"], item["height"], filters.at(item["filter"]));
    EXPECT_EQ(result.channels, expected->channels) << item;
    EXPECT_EQ(result.pixels, expected->pixels) << item;
  }
}

TEST(ResizeTest, IsPillowsBilinearAndLanczosToTheBit) { expect_pillows_pixels("resize.json", 48); }

TEST(ResizeTest, IsPillowsBicubicAndNearestToTheBit) {
  expect_pillows_pixels("resize_bicubic_nearest.json", 24);
}

TEST(ResizeTest, LeavesTheSameSizeAlone) {
  const Image image = test_picture(9, 7, 4);
  EXPECT_EQ(resize(image, 9, 7, Resample::kLanczos).pixels, image.pixels);
}

TEST(ResizeTest, TransparentColoursDoNotBleed) {
  const Image image{2, 1, 4, {255, 0, 0, 0, 0, 0, 255, 255}};
  const Image result = resize(image, 1, 1, Resample::kBilinear);
  EXPECT_EQ(result.pixels[0], 0);
  EXPECT_GE(result.pixels[2], 254);
}

}  // namespace
}  // namespace easel
