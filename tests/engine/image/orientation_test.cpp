#include "engine/image/orientation.h"

#include <string>

#include <gtest/gtest.h>

namespace easel {
namespace {

using std::string_literals::operator""s;

// A directory of one entry; all numbers little-endian.
std::string exif(char tag_low, char type, char count, char value) {
  return "II*\0\x08\0\0\0\1\0"s + tag_low + '\1' + type + '\0' + count + "\0\0\0"s + value +
         "\0\0\0"s;
}

TEST(OrientationTest, ReadsBothByteOrdersWithAndWithoutPrefix) {
  EXPECT_EQ(exif_orientation(exif(0x12, 3, 1, 6)), 6);
  EXPECT_EQ(exif_orientation("Exif\0\0"s + exif(0x12, 3, 1, 8)), 8);
  EXPECT_EQ(exif_orientation("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\5\0\0"s), 5);
}

TEST(OrientationTest, TakesAnythingBrokenForUpright) {
  EXPECT_EQ(exif_orientation(""), 1);
  EXPECT_EQ(exif_orientation("II"), 1);
  EXPECT_EQ(exif_orientation(exif(0x13, 3, 1, 6)), 1);
  EXPECT_EQ(exif_orientation(exif(0x12, 2, 1, 6)), 1);
  EXPECT_EQ(exif_orientation(exif(0x12, 3, 2, 6)), 1);
  EXPECT_EQ(exif_orientation(exif(0x12, 3, 1, 9)), 1);
  EXPECT_EQ(exif_orientation(exif(0x12, 3, 1, 0)), 1);
  EXPECT_EQ(exif_orientation("II*\0\xff\xff\xff\xff"s), 1);
  const std::string whole = exif(0x12, 3, 1, 6);
  for (size_t length = 0; length < whole.size() - 2; ++length) {
    EXPECT_EQ(exif_orientation(whole.substr(0, length)), 1) << length;
  }
}

// ImageOps.exif_transpose of the 3 × 2 picture 1 2 3 / 4 5 6.
TEST(OrientationTest, TurnsAsPillowDoes) {
  const Image image{3, 2, 1, {1, 2, 3, 4, 5, 6}};
  const std::vector<std::vector<uint8_t>> expected = {
      {1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
      {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image upright = apply_orientation(image, orientation);
    EXPECT_EQ(upright.width, orientation < 5 ? 3 : 2);
    EXPECT_EQ(upright.pixels, expected[orientation - 1]) << orientation;
  }
}

}  // namespace
}  // namespace easel
