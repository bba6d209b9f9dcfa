#include "services/cli/output_paths.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

TEST(OutputPathsTest, NumbersSeveralPictures) {
  EXPECT_EQ(image_paths("d/o.png", 3),
            (std::vector<fs::path>{"d/o.png", "d/o-1.png", "d/o-2.png"}));
  EXPECT_EQ(image_paths("o.v2.PNG", 2), (std::vector<fs::path>{"o.v2.PNG", "o.v2-1.PNG"}));
}

TEST(OutputPathsTest, PassesOverNamesThatAreTaken) {
  const TempFolder folder;
  EXPECT_EQ(unused_image_paths(folder.path(), 7, 1).front(), folder / "easel-7.png");
  folder.write("easel-7.png", "");
  EXPECT_EQ(unused_image_paths(folder.path(), 7, 1).front(), folder / "easel-7.2.png");
  folder.write("easel-7.2-1.png", "");
  EXPECT_EQ(unused_image_paths(folder.path(), 7, 2),
            (std::vector<fs::path>{folder / "easel-7.3.png", folder / "easel-7.3-1.png"}));
}

TEST(OutputPathsTest, ALinkToNowhereTakesItsName) {
  const TempFolder folder;
  fs::create_symlink("nowhere", folder / "easel-7.png");
  EXPECT_EQ(unused_image_paths(folder.path(), 7, 1).front(), folder / "easel-7.2.png");
}

TEST(OutputPathsTest, ThePreviewStandsBesideThePicture) {
  EXPECT_EQ(preview_path("d/o.png"), "d/o.preview.png");
  EXPECT_EQ(preview_path("easel.png"), "easel.preview.png");
}

TEST(OutputPathsTest, OnlyPngNamesAreTaken) {
  EXPECT_TRUE(check_png_name("--output", "a.PNG").ok());
  for (const char* name : {"a.jpg", "a", "-", "png", ".png", ""}) {
    EXPECT_TRUE(
        fails_with(check_png_name("--output", name), Reason::kInvalidField, {"--output", ".png"}))
        << name;
  }
}

TEST(OutputPathsTest, TriesTheFolderAndLeavesNothing) {
  const TempFolder folder;
  EXPECT_TRUE(check_writable(folder / "o.png").ok());
  EXPECT_EQ(folder.num_files(), 0u);
  folder.write("o.png", "old");
  EXPECT_TRUE(check_writable(folder / "o.png").ok());
}

TEST(OutputPathsTest, SaysWhyNothingCanBeWritten) {
  const TempFolder folder;
  folder.write("file", "");
  EXPECT_TRUE(fails_with(check_writable(folder / "none/o.png"), Reason::kOutputFailed,
                         {"there is no folder"}));
  EXPECT_TRUE(fails_with(check_writable(folder / "file/o.png"), Reason::kOutputFailed,
                         {"is not a folder"}));
  EXPECT_TRUE(
      fails_with(check_writable(folder.path()), Reason::kOutputFailed, {"other than a file"}));
  // Not even root can make a file there.
  EXPECT_TRUE(fails_with(check_writable("/proc/o.png"), Reason::kOutputFailed, {"/proc"}));
}

}  // namespace
}  // namespace easel
