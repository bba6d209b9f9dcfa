#include "storage/picture_kind.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace easel {
namespace {

TEST(PictureKindTest, IdsAreOfTheAlphabetOfRequestIds) {
  EXPECT_TRUE(is_generation_id("aZ09-_.:"));
  EXPECT_TRUE(is_generation_id(std::string(128, 'x')));
  EXPECT_FALSE(is_generation_id(std::string(129, 'x')));
  for (const std::string_view bad : {"", "a/b", "a~1", "a b", "a\n", "ä", "%2e"}) {
    EXPECT_FALSE(is_generation_id(bad)) << bad;
  }
  EXPECT_FALSE(is_generation_id(std::string_view("a\0", 2)));
}

TEST(PictureKindTest, DifferentPicturesNeverShareAName) {
  std::set<std::string> names;
  const std::vector<std::string> ids = {"a", "a-1", "a.1", "a:1", "a_1", "a1", "a.png", "a.png.1"};
  for (const std::string& id : ids) {
    for (const int index : {0, 1, 10, 99}) {
      names.insert(picture_file_name(PictureKind::kPicture, id, index));
    }
  }
  EXPECT_EQ(names.size(), ids.size() * 4);
}

TEST(PictureKindTest, KnowsItsOwnNames) {
  for (const PictureKind kind : {PictureKind::kPicture, PictureKind::kThumbnail}) {
    for (const int index : {0, 1, 99}) {
      EXPECT_TRUE(is_picture_file_name(kind, picture_file_name(kind, "..", index)));
      EXPECT_TRUE(is_picture_file_name(kind, picture_file_name(kind, "a", index)));
    }
  }
  EXPECT_EQ(picture_file_name(PictureKind::kPicture, "a", 0), "a.png");
  EXPECT_EQ(picture_file_name(PictureKind::kThumbnail, "a", 2), "a~2.webp");
}

TEST(PictureKindTest, RefusesEveryOtherName) {
  for (const std::string_view bad :
       {"",          ".",      "..",          ".png",   "a",        "a.webp",   "a.PNG",
        "../a.png",  "/a.png", "b/a.png",     "a~.png", "a~0.png",  "a~01.png", "a~100.png",
        "a~1~1.png", "~1.png", "a.png.0.tmp", "a.png/", "a%2f.png", "a\\b.png"}) {
    EXPECT_FALSE(is_picture_file_name(PictureKind::kPicture, bad)) << bad;
  }
  EXPECT_FALSE(is_picture_file_name(PictureKind::kPicture, std::string_view("a\0.png", 6)));
}

}  // namespace
}  // namespace easel
