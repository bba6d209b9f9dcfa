#include "storage/storage.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/storage/records.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

TEST(StorageTest, AStartClosesAndSweepsWhatADeadProcessLeft) {
  const TempFolder folder;
  {
    const auto storage = open_storage(folder.path());
    EXPECT_EQ(storage->recovered().interrupted, 0);
    for (const char* const id : {"done", "early", "open"}) {
      ASSERT_TRUE(storage->generations().insert_started(sample_asked(id)).ok());
      ASSERT_TRUE(storage->pictures().write(PictureKind::kPicture, id, 0, id).ok());
      ASSERT_TRUE(storage->pictures().write(PictureKind::kThumbnail, id, 0, id).ok());
    }
    ASSERT_TRUE(storage->generations().add_file("early", sample_file("early", 0)).ok());
    ASSERT_TRUE(storage->generations()
                    .finish_done("done", sample_used(), {sample_file("done", 0)}, kSampleEnd)
                    .ok());
  }
  folder.write("generations/done.png.3.tmp", "half");
  const auto storage = open_storage(folder.path());
  EXPECT_EQ(storage->recovered().interrupted, 2);
  EXPECT_EQ(storage->recovered().removed_files, 3);
  for (const char* const name : {"done.png", "early.png"}) {
    EXPECT_TRUE(storage->pictures().open_file(PictureKind::kPicture, name).value().has_value());
  }
  EXPECT_FALSE(
      storage->pictures().open_file(PictureKind::kPicture, "open.png").value().has_value());
}

TEST(StorageTest, KeepsThePicturesOfALostDatabase) {
  const TempFolder folder;
  { open_storage(folder.path()); }
  folder.write("generations/a.png", "x");
  const timespec yesterday[2] = {{::time(nullptr) - 86'400, 0}, {::time(nullptr) - 86'400, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder / "generations/a.png").c_str(), yesterday, 0), 0);
  std::filesystem::remove(folder / "easel.db");
  for (int start = 0; start < 2; ++start) {
    EXPECT_EQ(open_storage(folder.path())->recovered().removed_files, 0);
    EXPECT_TRUE(std::filesystem::exists(folder / "generations/a.png"));
  }
}

}  // namespace
}  // namespace easel
