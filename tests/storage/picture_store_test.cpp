#include "storage/picture_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <deque>
#include <string>

#include "base/file.h"
#include "storage/storage_error.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

// What the next links fail with, 0: they do not.
std::deque<int>& link_errors() {
  static std::deque<int> errors;
  return errors;
}

}  // namespace
}  // namespace easel

// A function of the program comes before the C library's.
extern "C" int linkat(int from, const char* name, int to, const char* as, int flags) noexcept {
  std::deque<int>& errors = easel::link_errors();
  const int error = errors.empty() ? 0 : errors.front();
  if (!errors.empty()) errors.pop_front();
  if (error == 0) return static_cast<int>(::syscall(SYS_linkat, from, name, to, as, flags));
  errno = error;
  return -1;
}

namespace easel {
namespace {

constexpr size_t kPlenty = size_t{1} << 24;

class PictureStoreTest : public ::testing::Test {
 protected:
  size_t num_files(std::string_view folder) const {
    const auto all = std::filesystem::directory_iterator(folder_ / folder);
    return static_cast<size_t>(std::distance(begin(all), end(all)));
  }
  bool opens(std::string_view name) const {
    return store_->open_file(PictureKind::kPicture, name).value().has_value();
  }
  // A trigger's picture.
  OpenPicture store_source(std::string_view bytes) {
    const std::string name = store_->write(PictureKind::kPrankPicture, "t", 0, bytes).value();
    return {PictureKind::kPrankPicture, name,
            *store_->open_file(PictureKind::kPrankPicture, name).value()};
  }
  std::string link(const OpenPicture& source, std::string_view id) {
    return store_->link(source, PictureKind::kPicture, id, 0).value();
  }
  std::string picture(std::string_view id) const {
    return read_file(folder_ / concat("generations/", id, ".png"), kPlenty).value();
  }
  // How many names its file has.
  nlink_t num_names(std::string_view file) const {
    struct stat info {};
    EXPECT_EQ(::stat((folder_ / file).c_str(), &info), 0) << file;
    return info.st_nlink;
  }

  TempFolder folder_;
  std::unique_ptr<PictureStore> store_ = PictureStore::open(folder_.path()).value();
};

TEST_F(PictureStoreTest, ReadsBackWhatWasWritten) {
  const std::string bytes(100'000, '\xFF');
  EXPECT_EQ(store_->write(PictureKind::kPicture, "a", 1, bytes).value(), "a~1.png");
  EXPECT_EQ(store_->write(PictureKind::kThumbnail, "a", 1, "thumb").value(), "a~1.webp");
  const auto file = store_->open_file(PictureKind::kPicture, "a~1.png").value();
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->bytes(), bytes.size());
  EXPECT_EQ(file->read_all().value(), bytes);
  EXPECT_EQ(read_file(folder_ / "thumbnails/a~1.webp", kPlenty).value(), "thumb");
  EXPECT_EQ(num_files("generations"), 1u);
  EXPECT_EQ(num_files("thumbnails"), 1u);
}

TEST_F(PictureStoreTest, PicturesAreForNoOtherUserToRead) {
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "bytes").ok());
  const auto mode_of = [&](std::string_view path) {
    struct stat info {};
    EXPECT_EQ(::stat((folder_ / path).c_str(), &info), 0) << path;
    return info.st_mode & 0777U;
  };
  EXPECT_EQ(mode_of("generations/a.png"), 0600U);
  for (const char* folder : {"generations", "thumbnails", "pranks"}) {
    EXPECT_EQ(mode_of(folder), 0700U) << folder;
  }
}

TEST_F(PictureStoreTest, ReplacesWhatAFailedAttemptLeft) {
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "old").ok());
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "new").ok());
  EXPECT_EQ(read_file(folder_ / "generations/a.png", kPlenty).value(), "new");
  EXPECT_EQ(num_files("generations"), 1u);
}

TEST_F(PictureStoreTest, ALinkTakesNoRoomAndEachNameIsRemovedByItself) {
  const OpenPicture source = store_source("bytes");
  EXPECT_EQ(link(source, "a"), "a.png");
  EXPECT_EQ(store_->link(source, PictureKind::kPicture, "a", 7).value(), "a~7.png");
  EXPECT_EQ(num_names("pranks/t.png"), 3u);
  ASSERT_TRUE(store_->remove(PictureKind::kPrankPicture, "t.png").ok());
  EXPECT_EQ(picture("a"), "bytes");
  ASSERT_TRUE(store_->remove(PictureKind::kPicture, "a.png").ok());
  EXPECT_EQ(picture("a~7"), "bytes");
  EXPECT_FALSE(store_->link(source, PictureKind::kPicture, "../a", 0).ok());
}

TEST_F(PictureStoreTest, ALinkTakesThePlaceOfWhatAFailedAttemptLeft) {
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "old").ok());
  const OpenPicture source = store_source("bytes");
  link(source, "a");
  EXPECT_EQ(picture("a"), "bytes");
  link(source, "a");
  EXPECT_EQ(num_names("pranks/t.png"), 2u);
  EXPECT_EQ(num_files("generations"), 1u);
}

TEST_F(PictureStoreTest, WhatIsRemovedOrCannotBeLinkedIsCopied) {
  const OpenPicture source = store_source("bytes");
  for (const int error : {EPERM, EXDEV, EOPNOTSUPP}) {
    link_errors() = {error};
    link(source, "a");
    EXPECT_EQ(picture("a"), "bytes") << error;
    EXPECT_EQ(num_names("pranks/t.png"), 1u);
  }
  ASSERT_TRUE(store_->remove(PictureKind::kPrankPicture, "t.png").ok());
  link(source, "b");
  EXPECT_EQ(picture("b"), "bytes");
}

// A popular trigger: the file system allows no more names of its file.
TEST_F(PictureStoreTest, AFileThatMayHaveNoMoreNamesIsRenewed) {
  const OpenPicture source = store_source("bytes");
  link(source, "old");
  link_errors() = {EMLINK};
  link(source, "new");
  EXPECT_EQ(num_names("generations/old.png"), 1u);
  EXPECT_EQ(num_names("generations/new.png"), 2u) << "with the trigger's";
  EXPECT_EQ(read_file(folder_ / "pranks/t.png", kPlenty).value(), "bytes");
  EXPECT_EQ(num_files("pranks"), 1u);
  // Its trigger went meanwhile: the name does not come back.
  ASSERT_TRUE(store_->remove(PictureKind::kPrankPicture, "t.png").ok());
  link_errors() = {EMLINK};
  link(source, "last");
  EXPECT_EQ(picture("last"), "bytes");
  EXPECT_EQ(num_files("pranks"), 0u);
}

TEST_F(PictureStoreTest, ALinkThatDoesNotReachTheDiskFails) {
  const OpenPicture source = store_source("bytes");
  std::filesystem::remove_all(folder_ / "generations");
  EXPECT_TRUE(fails_with(store_->link(source, PictureKind::kPicture, "a", 0).status(),
                         Reason::kOutputFailed, {"data folder is gone"}));
}

TEST_F(PictureStoreTest, ReadsPiecesAndNoneBeyondTheEnd) {
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "0123456789").ok());
  const auto file = store_->open_file(PictureKind::kPicture, "a.png").value();
  std::string piece(3, ' ');
  ASSERT_TRUE(file->read(7, 3, piece.data()).ok());
  EXPECT_EQ(piece, "789");
  EXPECT_TRUE(fails_with(file->read(8, 3, piece.data()), Reason::kOutputFailed, {"shorter"}));
}

TEST_F(PictureStoreTest, AnOpenFileOutlivesItsName) {
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "bytes").ok());
  const auto file = store_->open_file(PictureKind::kPicture, "a.png").value();
  ASSERT_TRUE(store_->remove(PictureKind::kPicture, "a.png").ok());
  EXPECT_FALSE(opens("a.png"));
  EXPECT_EQ(file->read_all().value(), "bytes");
  EXPECT_TRUE(store_->remove(PictureKind::kPicture, "a.png").ok());
}

TEST_F(PictureStoreTest, OpensNoNameThatItDidNotMake) {
  folder_.write("secret.png", "secret");
  folder_.write("generations/notes.txt", "x");
  folder_.write("generations/sub/a.png", "x");
  for (const std::string_view name :
       {"../secret.png", "..%2fsecret.png", "./../secret.png", "sub/a.png", "notes.txt", "", ".",
        "..", "/etc/passwd", "a.png/../../secret.png", "generations/../../secret.png",
        "..\\secret.png"}) {
    EXPECT_FALSE(opens(name)) << name;
  }
  EXPECT_FALSE(opens(std::string_view("a.png\0.png", 10)));
  EXPECT_FALSE(opens(std::string(300, 'a') + ".png"));
  EXPECT_FALSE(store_->write(PictureKind::kPicture, "../a", 0, "x").ok());
  EXPECT_FALSE(store_->write(PictureKind::kPicture, "a", -1, "x").ok());
  EXPECT_FALSE(store_->write(PictureKind::kPicture, "a", 100, "x").ok());
}

TEST_F(PictureStoreTest, OpensPlainFilesOnly) {
  const auto secret = folder_.write("secret.png", "secret");
  const auto folder = folder_ / "generations";
  std::filesystem::create_symlink(secret, folder / "link.png");
  std::filesystem::create_symlink("gone", folder / "dangling.png");
  std::filesystem::create_directory(folder / "folder.png");
  ASSERT_EQ(::mkfifo((folder / "pipe.png").c_str(), 0600), 0);
  for (const std::string_view name : {"link.png", "dangling.png", "folder.png", "pipe.png"}) {
    EXPECT_FALSE(opens(name)) << name;
  }
}

TEST_F(PictureStoreTest, AFailedWriteLeavesNothingAndTheNextMayWork) {
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "old", 0, "old").ok());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = store_->write(PictureKind::kPicture, "a", 0, std::string(5000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(fails_with(written.status(), Reason::kOutputFailed, {"the disk is full"}));
  EXPECT_EQ(to_std(written.status().message()).find('/'), std::string_view::npos);
  EXPECT_NE(storage_detail(written.status()), "");
  EXPECT_EQ(num_files("generations"), 1u);
  EXPECT_TRUE(opens("old.png"));
  EXPECT_TRUE(store_->write(PictureKind::kPicture, "a", 0, std::string(5000, 'x')).ok());
}

TEST_F(PictureStoreTest, SaysThatItsFolderIsGone) {
  std::filesystem::remove_all(folder_ / "generations");
  EXPECT_TRUE(fails_with(store_->write(PictureKind::kPicture, "a", 0, "x").status(),
                         Reason::kOutputFailed, {"data folder is gone"}));
  std::filesystem::create_directory(folder_ / "generations");
  EXPECT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "x").ok());
}

TEST_F(PictureStoreTest, SweepsWhatNoRowKnows) {
  for (const char* const id : {"known", "orphan"}) {
    ASSERT_TRUE(store_->write(PictureKind::kPicture, id, 0, "x").ok());
    ASSERT_TRUE(store_->write(PictureKind::kThumbnail, id, 0, "x").ok());
  }
  folder_.write("generations/known.png.7.tmp", "half");
  const auto is_known = [](PictureKind, std::string_view file) -> absl::StatusOr<bool> {
    return file == "known.png" || file == "known.webp";
  };
  EXPECT_EQ(store_->sweep(is_known, 0).value(), 3);
  EXPECT_TRUE(opens("known.png"));
  EXPECT_FALSE(opens("orphan.png"));
  EXPECT_EQ(num_files("generations"), 1u);
  EXPECT_EQ(num_files("thumbnails"), 1u);
  EXPECT_EQ(store_->sweep(is_known, 0).value(), 0);
}

TEST_F(PictureStoreTest, SweepsNothingThatIsNotItsOwn) {
  const auto nothing_known = [](PictureKind, std::string_view) -> absl::StatusOr<bool> {
    return false;
  };
  for (const char* const name : {"notes.txt", "a.webp", "a b.png", "x.tmp", "a.png.bak"}) {
    folder_.write(concat("generations/", name), "x");
  }
  std::filesystem::create_directory(folder_ / "generations/folder.png");
  std::filesystem::create_symlink("gone", folder_ / "generations/link.png");
  EXPECT_EQ(store_->sweep(nothing_known, 0).value(), 0);
  EXPECT_EQ(num_files("generations"), 7u);
}

TEST_F(PictureStoreTest, SweepsNothingOlderThanTheDatabase) {
  const auto nothing_known = [](PictureKind, std::string_view) -> absl::StatusOr<bool> {
    return false;
  };
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "old", 0, "x").ok());
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "new", 0, "x").ok());
  const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder_ / "generations/old.png").c_str(), times, 0), 0);
  EXPECT_EQ(store_->sweep(nothing_known, 1'500'000'000'000).value(), 1);
  EXPECT_TRUE(opens("old.png"));
  EXPECT_FALSE(opens("new.png"));
}

TEST_F(PictureStoreTest, ASweepThatCannotAskRemovesNothing) {
  ASSERT_TRUE(store_->write(PictureKind::kPicture, "a", 0, "x").ok());
  const auto fails = [](PictureKind, std::string_view) -> absl::StatusOr<bool> {
    return absl::InternalError("no database");
  };
  EXPECT_FALSE(store_->sweep(fails, 0).ok());
  EXPECT_TRUE(opens("a.png"));
}

TEST_F(PictureStoreTest, KnowsTheFreeSpace) {
  const uint64_t free = store_->free_bytes().value();
  EXPECT_GT(free, 0u);
  EXPECT_TRUE(store_->check_free(1).ok());
  EXPECT_TRUE(fails_with(store_->check_free(free + (uint64_t{1} << 50)), Reason::kOutputFailed,
                         {"the disk is full", "wanted"}));
}

}  // namespace
}  // namespace easel
