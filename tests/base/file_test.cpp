#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <string>

#include "base/error.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr size_t kPlenty = size_t{1} << 20;

TEST(FileTest, ReadsBackWhatWasWritten) {
  const TempFolder folder;
  const std::string bytes("a\0b\xFF\n", 5);
  ASSERT_TRUE(write_file_atomically(folder / "x", bytes).ok());
  EXPECT_EQ(read_file(folder / "x", kPlenty).value(), bytes);
  ASSERT_TRUE(write_file_atomically(folder / "x", std::string_view()).ok());
  EXPECT_EQ(read_file(folder / "x", kPlenty).value(), "");
  EXPECT_EQ(folder.num_files(), 1u);
}

TEST(FileTest, AnOwnersFileIsReadByNobodyElse) {
  const TempFolder folder;
  const auto mode_of = [&](const char* name) {
    struct stat info {};
    EXPECT_EQ(::stat((folder / name).c_str(), &info), 0);
    return info.st_mode & 0777U;
  };
  const mode_t before = ::umask(0);
  ASSERT_TRUE(write_file_atomically(folder / "open", "x").ok());
  ASSERT_TRUE(write_file_atomically(folder / "own", "x", FileReaders::kOwner).ok());
  ASSERT_TRUE(write_file_atomically(folder / "open", "y", FileReaders::kOwner).ok());
  ASSERT_TRUE(write_file_atomically(folder / "other", "x").ok());
  ::umask(before);
  EXPECT_EQ(mode_of("own"), 0600U);
  EXPECT_EQ(mode_of("open"), 0600U) << "it was another's to read before";
  EXPECT_EQ(mode_of("other"), 0666U);
}

TEST(FileTest, WritesPiecesOneAfterAnother) {
  const TempFolder folder;
  const std::array<std::string_view, 3> parts = {"ab", "", "cde"};
  ASSERT_TRUE(write_file_atomically(folder / "x", parts).ok());
  EXPECT_EQ(read_file(folder / "x", kPlenty).value(), "abcde");
}

TEST(FileTest, NewFilesHaveThePermissionsThatTheUmaskLeaves) {
  const TempFolder folder;
  const mode_t old = ::umask(027);
  const absl::Status status = write_file_atomically(folder / "x", "a");
  ::umask(old);
  ASSERT_TRUE(status.ok()) << status;
  struct stat info {};
  ASSERT_EQ(::stat((folder / "x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0640u);
}

TEST(FileTest, SaysWhyAFileCannotBeRead) {
  const TempFolder folder;
  const auto file = folder.write("big", "0123456789");
  EXPECT_TRUE(fails_with(read_file(folder / "none", 9).status(), Reason::kModelMissing, {"none"}));
  EXPECT_TRUE(fails_with(read_file(file / "x", 9).status(), Reason::kModelMissing, {"big/x"}));
  EXPECT_TRUE(fails_with(read_file(folder.path(), 9).status(), Reason::kBadWeights,
                         {folder.path().string(), "not a regular file"}));
  EXPECT_TRUE(fails_with(read_file(file, 9).status(), Reason::kBadWeights, {"10", "at most 9"}));
  EXPECT_TRUE(read_file(file, 10).ok());
}

TEST(FileTest, APipeDoesNotHoldTheReader) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(fails_with(read_file(folder / "pipe", kPlenty).status(), Reason::kBadWeights,
                         {"pipe", "not a regular file"}));
}

TEST(FileTest, NeverReplacesADeviceAPipeOrAFolder) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(fails_with(write_file_atomically(folder / "pipe", "x"), Reason::kOutputFailed,
                         {"pipe", "not a regular file"}));
  EXPECT_TRUE(fails_with(write_file_atomically(folder.path(), "x"), Reason::kOutputFailed, {}));
  struct stat info {};
  ASSERT_EQ(::stat((folder / "pipe").c_str(), &info), 0);
  EXPECT_TRUE(S_ISFIFO(info.st_mode));
}

TEST(FileTest, AMissingFolderIsNamed) {
  const TempFolder folder;
  EXPECT_TRUE(fails_with(write_file_atomically(folder / "no" / "x.png", "x"), Reason::kOutputFailed,
                         {"no/x.png", "No such file"}));
}

// Runs `body` in a child without root's rights and returns its exit code: root may write anywhere.
template <typename Body>
int run_as_nobody(Body body) {
  constexpr uid_t kNobody = 65534;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::getuid() == 0 && ::setuid(kNobody) != 0) ::_exit(99);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(FileTest, AReadOnlyFolderIsAnOutputFailureAndKeepsTheOldFile) {
  const TempFolder folder;
  folder.write("x.png", "old");
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  const int code = run_as_nobody([&] {
    const absl::Status status = write_file_atomically(folder / "x.png", "new");
    return fails_with(status, Reason::kOutputFailed, {"x.png", "Permission denied"}) ? 0 : 1;
  });
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  EXPECT_EQ(code, 0);
  EXPECT_EQ(read_file(folder / "x.png", kPlenty).value(), "old");
  EXPECT_EQ(folder.num_files(), 1u);
}

// The limit of a file's size stands in for a full disk where none can be mounted.
TEST(FileTest, AWriteThatFailsHalfwayLeavesTheOldFileAndNothingElse) {
  const TempFolder folder;
  folder.write("x.png", "old");
  struct rlimit old {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const struct rlimit small = {4096, old.rlim_max};
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = write_file_atomically(folder / "x.png", std::string(1 << 20, 'n'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"x.png", "File too large"}));
  EXPECT_EQ(read_file(folder / "x.png", kPlenty).value(), "old");
  EXPECT_EQ(folder.num_files(), 1u);
}

TEST(FileTest, AFullDiskLeavesTheOldFileAndNothingElse) {
  const TempFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "mounting a small file system needs root with that right";
  }
  folder.write("x.png", "old");
  const absl::Status status = write_file_atomically(folder / "x.png", std::string(1 << 20, 'n'));
  EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"x.png", "No space left"}));
  EXPECT_EQ(read_file(folder / "x.png", kPlenty).value(), "old");
  EXPECT_EQ(folder.num_files(), 1u);
  ::umount(folder.path().c_str());
}

}  // namespace
}  // namespace easel
