// Full, read-only and failing disks: the reason is told, reading goes on, and what comes after the
// fault works without a restart.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>

#include "tests/storage/records.h"
#include "tests/storage/syscall_faults.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

// One generation from its start to its end, with a picture of `bytes`.
absl::Status generate(Storage& storage, const std::string& id, const std::string& bytes) {
  EASEL_RETURN_IF_ERROR(storage.generations().insert_started(sample_asked(id)));
  EASEL_RETURN_IF_ERROR(storage.generations().mark_running(id));
  EASEL_RETURN_IF_ERROR(storage.pictures().write(PictureKind::kPicture, id, 0, bytes).status());
  EASEL_RETURN_IF_ERROR(storage.pictures().write(PictureKind::kThumbnail, id, 0, "thumb").status());
  return storage.generations().finish_done(id, sample_used(), {sample_file(id, 0)}, kSampleEnd);
}

void expect_readable(Storage& storage, const std::string& id, const std::string& bytes) {
  const auto record = storage.generations().get(id);
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_TRUE(record->has_value());
  EXPECT_EQ((*record)->status, GenerationStatus::kDone);
  EXPECT_TRUE(storage.generations().page(100, "").ok());
  const auto file = storage.pictures().open_file(PictureKind::kPicture, id + ".png");
  ASSERT_TRUE(file.ok() && file->has_value()) << file.status();
  EXPECT_EQ((*file)->read_all().value(), bytes);
}

void expect_sound(const std::filesystem::path& folder) {
  SQLite::Database connection((folder / "easel.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_EQ(connection.execAndGet("PRAGMA integrity_check").getString(), "ok");
}

// A file system in memory, gone with the test.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder)
      : folder_(std::move(folder)),
        mounted_(::mount("none", folder_.c_str(), "tmpfs", 0, "size=2m") == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool grow() const {
    return ::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=16m") == 0;
  }

 private:
  std::filesystem::path folder_;
  bool mounted_;
};

TEST(DiskFaultsTest, AFullDiskIsToldReadingGoesOnAndSpaceHeals) {
  const TempFolder folder;
  const SmallDisk disk(folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  auto storage = open_storage(folder.path());
  const std::string bytes(50'000, 'p');
  ASSERT_TRUE(generate(*storage, "first", bytes).ok());
  absl::Status status;
  for (int i = 0; status.ok() && i < 1000; ++i) status = generate(*storage, concat("id", i), bytes);
  EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"the disk is full"}));
  // To the last byte, so that rows fail as well as pictures.
  for (int i = 0; status.ok() || i < 200; ++i) {
    GenerationAsked asked = sample_asked(concat("row", i));
    asked.prompt = std::string(4000, 'r');
    status = storage->generations().insert_started(asked);
  }
  EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"history", "the disk is full"}));
  EXPECT_FALSE(storage->pictures().check_free(1 << 20).ok());
  expect_readable(*storage, "first", bytes);
  ASSERT_TRUE(disk.grow());
  EXPECT_TRUE(generate(*storage, "after", bytes).ok());
  expect_readable(*storage, "after", bytes);
  storage.reset();
  expect_sound(folder.path());
}

// As a read-only disk: nothing in the folder can be written, not by the superuser either.
bool set_immutable(const std::filesystem::path& path, bool immutable) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  unsigned int flags = 0;
  bool done = fd >= 0 && ::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
  flags = immutable ? flags | FS_IMMUTABLE_FL : flags & ~static_cast<unsigned>(FS_IMMUTABLE_FL);
  done = done && ::ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
  ::close(fd);
  return done;
}

class ReadOnlyFolder {
 public:
  explicit ReadOnlyFolder(const std::filesystem::path& folder) {
    for (const char* const name : {"easel.db", "easel.db-wal", "generations", "thumbnails", "."}) {
      paths_.push_back(folder / name);
      immutable_ = set_immutable(paths_.back(), true) && immutable_;
    }
  }
  ~ReadOnlyFolder() {
    for (const auto& path : paths_) set_immutable(path, false);
  }
  bool immutable() const { return immutable_; }

 private:
  std::vector<std::filesystem::path> paths_;
  bool immutable_ = true;
};

TEST(DiskFaultsTest, AReadOnlyFolderIsToldReadingGoesOnAndItHeals) {
  const TempFolder folder;
  const auto storage = open_storage(folder.path());
  ASSERT_TRUE(generate(*storage, "first", "bytes").ok());
  {
    const ReadOnlyFolder read_only(folder.path());
    if (!read_only.immutable()) GTEST_SKIP() << "making files immutable is not permitted here";
    EXPECT_TRUE(fails_with(storage->generations().insert_started(sample_asked("a")),
                           Reason::kOutputFailed, {"history", "may not be written"}));
    EXPECT_TRUE(fails_with(storage->pictures().write(PictureKind::kPicture, "a", 0, "x").status(),
                           Reason::kOutputFailed, {"picture", "may not be written"}));
    expect_readable(*storage, "first", "bytes");
  }
  EXPECT_TRUE(generate(*storage, "a", "after").ok());
  expect_readable(*storage, "a", "after");
}

TEST(DiskFaultsTest, TheDatabaseNamesEachKindOfFault) {
  const TempFolder folder;
  const auto storage = open_storage(folder.path());
  const std::pair<int, std::string_view> kinds[] = {{ENOSPC, "the disk is full"},
                                                    {EDQUOT, "the disk is full"},
                                                    {EROFS, "the disk is read-only"},
                                                    {EIO, "the disk failed"}};
  for (const auto& [error, words] : kinds) {
    const SyscallFaults faults([number = error](const FileChange&) { return number; });
    EXPECT_TRUE(fails_with(storage->generations().insert_started(sample_asked("a")),
                           Reason::kOutputFailed, {words}));
    EXPECT_TRUE(storage->generations().page(1, "").ok());
  }
  EXPECT_TRUE(storage->generations().insert_started(sample_asked("a")).ok());
}

// Lets the call number `at` fail, and with `from_then_on` all that follow; counts them.
void generate_with_fault(Storage& storage, int at, int error, bool from_then_on, int& calls) {
  const SyscallFaults faults([&](const FileChange&) {
    const int call = calls++;
    return call == at || (from_then_on && call > at) ? error : 0;
  });
  const absl::Status status = generate(storage, "b", "second");
  if (!status.ok()) {
    EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"cannot be written"}));
  }
  if (calls <= at) {
    EXPECT_TRUE(status.ok()) << status;
  }
}

void expect_survives_fault(int at, int error, bool from_then_on, int& calls) {
  const TempFolder folder;
  {
    const auto storage = open_storage(folder.path());
    ASSERT_TRUE(generate(*storage, "a", "first").ok());
    generate_with_fault(*storage, at, error, from_then_on, calls);
    expect_readable(*storage, "a", "first");
    EXPECT_TRUE(generate(*storage, "c", "third").ok()) << at << " " << error;
  }
  expect_sound(folder.path());
  const auto storage = open_storage(folder.path());
  expect_readable(*storage, "a", "first");
  expect_readable(*storage, "c", "third");
}

void expect_survives_every_fault(int error, bool from_then_on) {
  int at = 0;
  int calls = 0;
  do {
    calls = 0;
    expect_survives_fault(at++, error, from_then_on, calls);
  } while (calls >= at && at < 200);  // until none was left to fail
  EXPECT_GT(at, 10);
}

TEST(DiskFaultsTest, AnyWriteOfTheDatabaseMayFailOnce) {
  expect_survives_every_fault(EIO, /*from_then_on=*/false);
}

TEST(DiskFaultsTest, TheDiskMayBeFullFromAnyWriteOn) {
  expect_survives_every_fault(ENOSPC, /*from_then_on=*/true);
}

// "file" or "folder" for each sync of one picture; number `failing` fails.
std::vector<std::string> syncs_of_a_picture(Storage& storage, size_t failing,
                                            absl::Status& status) {
  std::vector<std::string> syncs;
  const SyscallFaults faults([&](const FileChange& change) {
    struct stat info {};
    ::fstat(change.fd, &info);
    syncs.emplace_back(S_ISDIR(info.st_mode) ? "folder" : "file");
    return syncs.size() == failing + 1 ? EIO : 0;
  });
  status = storage.pictures().write(PictureKind::kPicture, "a", 0, "bytes").status();
  return syncs;
}

TEST(DiskFaultsTest, APictureIsOnTheDiskBeforeItsWriterGoesOn) {
  const TempFolder folder;
  const auto storage = open_storage(folder.path());
  absl::Status status;
  for (const size_t failing : {0, 1}) {
    EXPECT_EQ(syncs_of_a_picture(*storage, failing, status).size(), failing + 1);
    EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"picture", "the disk failed"}));
    EXPECT_TRUE(std::filesystem::is_empty(folder / "generations"));
  }
  EXPECT_EQ(syncs_of_a_picture(*storage, 9, status), (std::vector<std::string>{"file", "folder"}));
  EXPECT_TRUE(status.ok()) << status;
}

size_t syncs_of(const std::function<absl::Status()>& work) {
  size_t syncs = 0;
  const SyscallFaults counter([&](const FileChange& change) {
    syncs += change.call == "sync" ? 1 : 0;
    return 0;
  });
  EXPECT_TRUE(work().ok());
  return syncs;
}

TEST(DiskFaultsTest, ARowIsOnTheDiskWhenItBeginsAndEndsButNotBetween) {
  const TempFolder folder;
  const auto storage = open_storage(folder.path());
  GenerationStore& rows = storage->generations();
  for (const char* const id : {"a", "b"}) {
    EXPECT_EQ(syncs_of([&] { return rows.insert_started(sample_asked(id)); }), 1u);
    EXPECT_EQ(syncs_of([&] { return rows.mark_running(id); }), 0u);
    EXPECT_EQ(syncs_of([&] { return rows.finish_cancelled(id, kSampleEnd); }), 1u);
  }
}

}  // namespace
}  // namespace easel
