#include "storage/backup.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "storage/data_folder.h"
#include "storage/migrations.h"
#include "tests/storage/prank_records.h"
#include "tests/storage/records.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

void nothing(const DatabaseContents& /*contents*/) {}

absl::Status draw(Storage& storage, const std::string& id) {
  EASEL_RETURN_IF_ERROR(storage.generations().insert_started(sample_asked(id)));
  EASEL_RETURN_IF_ERROR(storage.pictures().write(PictureKind::kPicture, id, 0, id).status());
  EASEL_RETURN_IF_ERROR(storage.pictures().write(PictureKind::kThumbnail, id, 0, id).status());
  return storage.generations().finish_done(id, sample_used(), {sample_file(id, 0)}, kSampleEnd);
}

absl::StatusOr<int64_t> add_trigger(Storage& storage, int64_t prank, const std::string& name) {
  for (const PictureKind kind : {PictureKind::kPrankPicture, PictureKind::kPrankThumbnail}) {
    EASEL_RETURN_IF_ERROR(storage.pictures().write(kind, name, 0, name).status());
  }
  return storage.triggers().insert(prank, sample_trigger(name, name), kSomeTimeMs);
}

absl::Status remove_trigger(Storage& storage, int64_t prank, int64_t id) {
  EASEL_ASSIGN_OR_RETURN(const TriggerFiles files,
                         storage.triggers().remove(prank, id, kSomeTimeMs));
  PictureStore& pictures = storage.pictures();
  EASEL_RETURN_IF_ERROR(pictures.remove(PictureKind::kPrankPicture, files.picture_file));
  return pictures.remove(PictureKind::kPrankThumbnail, files.thumbnail_file);
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    names.insert(item.path().filename().string());
  }
  return names;
}

// The ids of a backup's generations, each with its picture; and that its triggers have theirs.
std::set<std::string> ids_with_pictures(const std::filesystem::path& backup) {
  const auto storage = open_storage(backup);
  std::set<std::string> ids;
  for (std::optional<std::string> cursor = ""; cursor;) {
    const GenerationPage page = storage->generations().page(100, *cursor).value();
    for (const GenerationRecord& record : page.items) {
      ids.insert(record.asked.id);
      for (const GenerationFile& file : record.files) {
        const auto picture =
            storage->pictures().open_file(PictureKind::kPicture, file.picture_file).value();
        EXPECT_TRUE(picture && picture->read_all().value() == record.asked.id);
      }
    }
    cursor = page.next;
  }
  if (const auto prank = storage->pranks().by_share_slug("a-prank").value()) {
    const std::vector<TriggerRecord> triggers = storage->triggers().list(prank->id).value();
    for (const TriggerRecord& trigger : triggers) {
      const auto picture =
          storage->pictures().open_file(PictureKind::kPrankPicture, trigger.files.picture_file);
      EXPECT_TRUE(picture.ok() && *picture && (*picture)->read_all().value() == trigger.phrase);
    }
  }
  return ids;
}

TEST(BackupTest, IsAFolderThatAGatewayStartsOn) {
  const TempFolder folder;
  auto storage = open_storage(folder / "data");
  ASSERT_TRUE(draw(*storage, "a").ok());
  const int64_t prank = storage->pranks().insert(sample_prank("a-prank")).value();
  ASSERT_TRUE(add_trigger(*storage, prank, "owl").ok());
  const auto made = make_backup(folder / "data", folder / "backup", nothing);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->database.generations, 1);
  EXPECT_EQ(made->database.pranks, 1);
  EXPECT_EQ(made->database.triggers, 1);
  EXPECT_EQ(made->database.schema_version, all_migrations().back().version);
  EXPECT_EQ(made->pictures, 4);
  EXPECT_EQ(made->picture_bytes, 8);
  EXPECT_EQ(made->missing, 0);
  struct stat info {};
  ASSERT_EQ(::stat((folder / "backup").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
  ASSERT_EQ(::stat((folder / "backup/easel.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  EXPECT_EQ(names_in(folder / "backup"),
            (std::set<std::string>{"easel.db", "generations", "pranks", "thumbnails"}));
  EXPECT_EQ(ids_with_pictures(folder / "backup"), std::set<std::string>{"a"});
}

// A trigger's picture and the answers that it gave are one file, in the backup too.
TEST(BackupTest, AFileOfSeveralNamesIsCopiedOnce) {
  const TempFolder folder;
  auto storage = open_storage(folder / "data");
  const int64_t prank = storage->pranks().insert(sample_prank("a-prank")).value();
  ASSERT_TRUE(add_trigger(*storage, prank, "owl").ok());
  PictureStore& pictures = storage->pictures();
  const OpenPicture source{PictureKind::kPrankPicture, "owl.png",
                           *pictures.open_file(PictureKind::kPrankPicture, "owl.png").value()};
  for (const std::string id : {"a", "b"}) {
    ASSERT_TRUE(draw(*storage, id).ok());
    ASSERT_TRUE(pictures.link(source, PictureKind::kPicture, id, 0).ok());
  }
  const auto made = make_backup(folder / "data", folder / "backup", nothing);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->missing, 0);
  for (const char* const file : {"pranks/owl.png", "generations/a.png", "generations/b.png"}) {
    struct stat info {};
    ASSERT_EQ(::stat((folder / "backup" / file).c_str(), &info), 0) << file;
    EXPECT_EQ(info.st_nlink, 3u) << file;
    EXPECT_EQ(read_file(folder / "backup" / file, 100).value(), "owl");
  }
  struct stat info {};
  ASSERT_EQ(::stat((folder / "backup/thumbnails/a.webp").c_str(), &info), 0);
  EXPECT_EQ(info.st_nlink, 1u);
}

// Without it the next start would take the password file's password for a new one.
TEST(BackupTest, HasTheMarkOfThePasswordFileForItsOwnerAlone) {
  const TempFolder folder;
  auto storage = open_storage(folder / "data");
  ASSERT_TRUE(write_file_atomically(folder / "data" / kPasswordMarkFile, "$argon2id$x").ok());
  ASSERT_TRUE(make_backup(folder / "data", folder / "backup", nothing).ok());
  EXPECT_EQ(read_file(folder / "backup" / kPasswordMarkFile, 100).value(), "$argon2id$x");
  struct stat info {};
  ASSERT_EQ(::stat((folder / "backup" / kPasswordMarkFile).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

// A restore moves the data folder away, and would take such a backup along.
TEST(BackupTest, RefusesADestinationInsideTheDataFolder) {
  const TempFolder folder;
  ASSERT_TRUE(draw(*open_storage(folder / "data"), "a").ok());
  const std::set<std::string> before = names_in(folder / "data");
  std::filesystem::create_directory_symlink(folder / "data", folder / "link");
  for (const char* inside :
       {"data/backup", "data/generations/backup", "data/../data/b", "link/backup"}) {
    EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / inside, nothing).status(),
                           Reason::kOutputFailed, {"inside the data folder", inside}))
        << inside;
    EXPECT_TRUE(fails_with(make_backup(folder / "link", folder / inside, nothing).status(),
                           Reason::kOutputFailed, {"inside the data folder"}))
        << inside;
  }
  EXPECT_EQ(names_in(folder / "data"), before);
  EXPECT_TRUE(make_backup(folder / "data", folder / "data2", nothing).ok()) << "a like name beside";
}

// Its pictures are copies: what happens to the data folder's afterwards does not reach them.
TEST(BackupTest, SharesNoFileWithTheDataFolder) {
  const TempFolder folder;
  ASSERT_TRUE(draw(*open_storage(folder / "data"), "a").ok());
  ASSERT_TRUE(make_backup(folder / "data", folder / "backup", nothing).ok());
  std::ofstream(folder / "data/generations/a.png") << "overwritten";
  EXPECT_EQ(ids_with_pictures(folder / "backup"), std::set<std::string>{"a"});
}

TEST(BackupTest, HasEveryRowThatWasAcknowledgedBeforeItBegan) {
  const TempFolder folder;
  const auto storage = open_storage(folder / "data");
  const int64_t prank = storage->pranks().insert(sample_prank("a-prank")).value();
  std::atomic<int> drawn{0};
  std::atomic<bool> stop{false};
  std::thread drawing([&] {
    for (int i = 0; !stop; ++i) {
      ASSERT_TRUE(draw(*storage, concat("g", i)).ok());
      drawn = i + 1;
    }
  });
  std::thread changing([&] {
    for (int i = 0; !stop; ++i) {
      const auto id = add_trigger(*storage, prank, concat("t", i));
      ASSERT_TRUE(id.ok()) << id.status();
      ASSERT_TRUE(remove_trigger(*storage, prank, *id).ok());
    }
  });
  for (int round = 0; round < 5; ++round) {
    const int before = drawn;
    const std::string name = concat("backup-", round);
    const auto made = make_backup(folder / "data", folder / name, nothing);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(made->missing, 0);
    const std::set<std::string> ids = ids_with_pictures(folder / name);
    for (int i = 0; i < before; ++i) EXPECT_EQ(ids.count(concat("g", i)), 1u) << i;
  }
  stop = true;
  drawing.join();
  changing.join();
}

TEST(BackupTest, CopiesTheDatabaseAgainWhenAPictureWasRemovedMeanwhile) {
  const TempFolder folder;
  const auto storage = open_storage(folder / "data");
  const int64_t prank = storage->pranks().insert(sample_prank("a-prank")).value();
  int64_t id = add_trigger(*storage, prank, "first").value();
  int copies = 0;
  const auto made =
      make_backup(folder / "data", folder / "backup", [&](const DatabaseContents& contents) {
        EXPECT_EQ(contents.triggers, 1);
        if (++copies > 2) return;
        ASSERT_TRUE(remove_trigger(*storage, prank, id).ok());
        id = add_trigger(*storage, prank, concat("next-", copies)).value();
      });
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(copies, 3);
  EXPECT_EQ(made->missing, 0);
  EXPECT_EQ(made->pictures, 2);
  EXPECT_EQ(names_in(folder / "backup/pranks"),
            (std::set<std::string>{"next-2.png", "next-2.webp"}));
}

TEST(BackupTest, SaysHowManyPicturesWereLostBeforeIt) {
  const TempFolder folder;
  ASSERT_TRUE(draw(*open_storage(folder / "data"), "a").ok());
  std::filesystem::remove(folder / "data/generations/a.png");
  const auto made = make_backup(folder / "data", folder / "backup", nothing);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->missing, 1);
  EXPECT_EQ(made->pictures, 1);
}

TEST(BackupTest, HasWhatAKilledGatewayLeftInItsWal) {
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto storage = open_storage(folder / "data");
    if (!draw(*storage, "a").ok()) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(make_backup(folder / "data", folder / "backup", nothing).ok());
  EXPECT_EQ(ids_with_pictures(folder / "backup"), std::set<std::string>{"a"});
  EXPECT_EQ(ids_with_pictures(folder / "data"), std::set<std::string>{"a"});
}

TEST(BackupTest, TakesAnOlderSchemaAsItIs) {
  for (const Migration& newest : all_migrations()) {
    const TempFolder folder;
    std::filesystem::create_directory(folder / "data");
    {
      SQLite::Database old((folder / "data/easel.db").string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      const auto count = static_cast<size_t>(newest.version);
      ASSERT_TRUE(migrate(old, all_migrations().first(count)).ok());
    }
    const auto made = make_backup(folder / "data", folder / "backup", nothing);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(made->database.schema_version, newest.version);
    EXPECT_TRUE(Storage::open(folder / "backup").ok());
  }
}

TEST(BackupTest, RefusesATakenDestinationAndLeavesItAsItIs) {
  const TempFolder folder;
  open_storage(folder / "data");
  folder.write("file", "x");
  std::filesystem::create_directory(folder / "empty");
  std::filesystem::create_symlink("nowhere", folder / "link");
  for (const char* const taken : {"file", "empty", "empty/", "link"}) {
    EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / taken, nothing).status(),
                           Reason::kOutputFailed, {"exists already"}))
        << taken;
  }
  EXPECT_EQ(names_in(folder.path()), (std::set<std::string>{"data", "empty", "file", "link"}));
  EXPECT_EQ(read_file(folder / "file", 10).value(), "x");
}

TEST(BackupTest, NamesTheFolderThatIsNotThere) {
  const TempFolder folder;
  EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / "backup", nothing).status(),
                         Reason::kOutputFailed, {"no data folder", "data", "EASEL_DATA_DIR"}));
  std::filesystem::create_directory(folder / "data");
  EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / "backup", nothing).status(),
                         Reason::kOutputFailed, {"easel.db", "there is none", "EASEL_DATA_DIR"}));
  EXPECT_EQ(names_in(folder / "data"), std::set<std::string>{});
  open_storage(folder / "data");
  EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / "no/backup", nothing).status(),
                         Reason::kOutputFailed, {"no/backup", "must exist"}));
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"data"});
}

// Of some 500 KB.
void make_large_database(const std::filesystem::path& data_folder) {
  const auto storage = open_storage(data_folder);
  for (int i = 0; i < 50; ++i) {
    GenerationAsked asked = sample_asked(concat("id", i));
    asked.prompt = std::string(10'000, 'x');
    ASSERT_TRUE(storage->generations().insert_started(asked).ok());
  }
}

TEST(BackupTest, RefusesADatabaseThatIsDamagedOrOfANewerEasel) {
  const TempFolder folder;
  make_large_database(folder / "data");
  const std::filesystem::path file = folder / "data/easel.db";
  const std::string sound = read_file(file, size_t{1} << 24).value();
  std::string bytes = sound;
  bytes.replace(4096, 4096, 4096, '\xA5');
  folder.write("data/easel.db", bytes);
  EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / "backup", nothing).status(),
                         Reason::kOutputFailed, {"easel.db", "damaged", "older backup"}));
  folder.write("data/easel.db", std::string(5000, 'x'));
  EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / "backup", nothing).status(),
                         Reason::kOutputFailed, {"easel.db", "damaged"}));
  folder.write("data/easel.db", sound);
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 1000");
  EXPECT_TRUE(fails_with(make_backup(folder / "data", folder / "backup", nothing).status(),
                         Reason::kOutputFailed, {"easel.db", "version 1000", "newer"}));
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"data"});
}

// In a child, whose files may not grow beyond `bytes`: whether the backup says that the disk is
// full.
bool says_that_the_disk_is_full(const TempFolder& folder, rlim_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto made = make_backup(folder / "data", folder / "backup", nothing);
    ::_exit(fails_with(made.status(), Reason::kOutputFailed, {"full"}) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(BackupTest, LeavesNothingOnAFullDisk) {
  const TempFolder folder;
  make_large_database(folder / "data");
  ASSERT_TRUE(draw(*open_storage(folder / "data"), "a").ok());
  folder.write("data/generations/a.png", std::string(size_t{4} << 20, 'x'));
  EXPECT_TRUE(says_that_the_disk_is_full(folder, 1 << 17)) << "the database";
  EXPECT_TRUE(says_that_the_disk_is_full(folder, 1 << 21)) << "a picture";
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"data"});
}

}  // namespace
}  // namespace easel
