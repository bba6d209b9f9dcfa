#include "storage/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "storage/storage_error.h"
#include "tests/storage/records.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

// What the writing connection says, and the reading one.
std::string pragma(Database& database, const std::string& name) {
  std::string value;
  const auto ask = [&](SQLite::Database& connection) {
    value += " " + connection.execAndGet("PRAGMA " + name).getString();
    return absl::OkStatus();
  };
  EXPECT_TRUE(database.write(ask).ok() && database.read(ask).ok());
  return value;
}

int64_t count_infos(Database& database) {
  int64_t count = -1;
  const absl::Status status = database.read([&](SQLite::Database& connection) {
    count = connection.execAndGet("SELECT count(*) FROM database_info").getInt64();
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return count;
}

TEST(DatabaseTest, MakesFolderAndFile) {
  const TempFolder folder;
  const auto database = Database::open(folder / "a/b");
  ASSERT_TRUE(database.ok()) << database.status();
  struct stat info {};
  ASSERT_EQ(::stat((folder / "a/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
  for (const char* const file : {"a/b/easel.db", "a/b/easel.db-wal"}) {
    ASSERT_EQ(::stat((folder / file).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u);
  }
  const int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  EXPECT_NEAR(static_cast<double>((*database)->created_at_ms()), static_cast<double>(now), 60e3);
}

TEST(DatabaseTest, IsDurableAndDefended) {
  const TempFolder folder;
  const auto database = Database::open(folder.path()).value();
  EXPECT_EQ(pragma(*database, "journal_mode"), " wal wal");
  EXPECT_EQ(pragma(*database, "synchronous"), " 2 2");
  EXPECT_EQ(pragma(*database, "foreign_keys").substr(0, 2), " 1");
  EXPECT_EQ(pragma(*database, "trusted_schema"), " 0 0");
  EXPECT_EQ(pragma(*database, "busy_timeout"), " 5000 5000");
  EXPECT_EQ(pragma(*database, "query_only"), " 0 1");
  EXPECT_EQ(pragma(*database, "wal_autocheckpoint"), " 1000 0");
  const absl::Status harm = database->write([](SQLite::Database& connection) {
    connection.exec("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema");
    return absl::OkStatus();
  });
  EXPECT_FALSE(harm.ok());
}

TEST(DatabaseTest, RollsBackWhenTheBodyFailsOrThrows) {
  const TempFolder folder;
  const auto database = Database::open(folder.path()).value();
  const absl::Status failed = database->write([](SQLite::Database& connection) {
    connection.exec("DELETE FROM database_info");
    return absl::NotFoundError("so");
  });
  EXPECT_EQ(failed, absl::NotFoundError("so"));
  const absl::Status thrown = database->write([](SQLite::Database& connection) {
    connection.exec("DELETE FROM database_info");
    connection.exec("DELETE FROM no_such_table");
    return absl::OkStatus();
  });
  EXPECT_TRUE(fails_with(thrown, Reason::kOutputFailed, {"the history cannot be written"}));
  EXPECT_EQ(to_std(thrown.message()).find("no_such_table"), std::string::npos) << thrown;
  EXPECT_NE(storage_detail(thrown).find("no_such_table"), std::string::npos);
  EXPECT_EQ(count_infos(*database), 1);
}

TEST(DatabaseTest, AReadNeitherWaitsForAWriteNorSeesWhatIsNotCommitted) {
  const TempFolder folder;
  const auto database = Database::open(folder.path()).value();
  std::future<int64_t> count;
  const absl::Status written = database->write([&](SQLite::Database& connection) {
    connection.exec("DELETE FROM database_info");
    count = std::async(std::launch::async, [&] { return count_infos(*database); });
    EXPECT_EQ(count.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    return absl::OkStatus();
  });
  EXPECT_TRUE(written.ok()) << written;
  EXPECT_EQ(count.get(), 1);
  EXPECT_EQ(count_infos(*database), 0);
}

TEST(DatabaseTest, AReadChangesNothing) {
  const TempFolder folder;
  const auto database = Database::open(folder.path()).value();
  const absl::Status status = database->read([](SQLite::Database& connection) {
    connection.exec("DELETE FROM database_info");
    return absl::OkStatus();
  });
  EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"the history cannot be read"}));
  EXPECT_EQ(count_infos(*database), 1);
}

// Pages are read without end while rows are written: the log still begins anew.
TEST(DatabaseTest, ReadersDoNotKeepTheWriteAheadLogFromBeginningAnew) {
  const TempFolder folder;
  const auto database = Database::open(folder.path()).value();
  const auto in_one_write = [&](const char* sql) {
    const absl::Status status = database->write_without_sync([&](SQLite::Database& connection) {
      connection.exec(sql);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
  };
  in_one_write("CREATE TABLE filled (bytes BLOB)");
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done.load()) count_infos(*database);
  });
  constexpr int kWrites = 400;
  constexpr uintmax_t kBytes = 1 << 18;  // 100 MiB in all; a checkpoint every 4 MiB
  for (int i = 0; i < kWrites; ++i) in_one_write("INSERT INTO filled VALUES (zeroblob(262144))");
  done.store(true);
  reader.join();
  EXPECT_LT(std::filesystem::file_size(folder / "easel.db-wal"), kWrites / 2 * kBytes);
}

TEST(DatabaseTest, KeepsASecondGatewayOut) {
  const TempFolder folder;
  {
    const auto first = Database::open(folder.path()).value();
    EXPECT_TRUE(fails_with(Database::open(folder.path()).status(), Reason::kOutputFailed,
                           {"another gateway", concat("process ", ::getpid()),
                            folder.path().string(), "EASEL_DATA_DIR"}));
  }
  EXPECT_TRUE(Database::open(folder.path()).ok());
}

TEST(DatabaseTest, RefusesAFileThatIsNoDatabase) {
  const TempFolder folder;
  const auto file = folder.write("easel.db", std::string(5000, 'x'));
  EXPECT_TRUE(fails_with(Database::open(folder.path()).status(), Reason::kOutputFailed,
                         {file.string(), "damaged", "move it"}));
  EXPECT_EQ(read_file(file, 10000).value(), std::string(5000, 'x'));
}

TEST(DatabaseTest, RefusesADatabaseThatIsNotEasels) {
  const TempFolder folder;
  SQLite::Database((folder / "easel.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE birds (name TEXT)");
  EXPECT_TRUE(fails_with(Database::open(folder.path()).status(), Reason::kOutputFailed,
                         {"easel.db", "not one of easel's"}));
}

TEST(DatabaseTest, RefusesANewerDatabase) {
  const TempFolder folder;
  Database::open(folder.path()).value().reset();
  SQLite::Database((folder / "easel.db").string(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = 1000");
  EXPECT_TRUE(fails_with(Database::open(folder.path()).status(), Reason::kOutputFailed,
                         {"easel.db", "version 1000", "newer"}));
}

TEST(DatabaseTest, SaysThatTheFolderCannotBeMade) {
  const TempFolder folder;
  folder.write("file", "");
  EXPECT_TRUE(fails_with(Database::open(folder / "file/data").status(), Reason::kOutputFailed,
                         {"cannot use the data folder", "file", "EASEL_DATA_DIR"}));
}

// A folder with a closed database of some 300 KB.
void fill(const TempFolder& folder) {
  const auto storage = open_storage(folder.path());
  for (int i = 0; i < 100; ++i) {
    GenerationAsked asked = sample_asked(concat("id", i));
    asked.prompt = std::string(3000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(storage->generations().insert_started(asked).ok());
  }
}

TEST(DatabaseTest, RefusesOrSurvivesEveryDamagedPage) {
  const TempFolder folder;
  fill(folder);
  const std::string sound = read_file(folder / "easel.db", size_t{1} << 24).value();
  int refused = 0;
  for (int place = 0; place < 200; ++place) {
    std::string bytes = sound;
    const size_t at = static_cast<size_t>(place) * 7919 % (sound.size() - 64);
    for (size_t i = 0; i < 64; ++i) bytes[at + i] = static_cast<char>(bytes[at + i] ^ 0x5A);
    std::filesystem::remove(folder / "easel.db-wal");
    folder.write("easel.db", bytes);
    const auto storage = Storage::open(folder.path());
    if (!storage.ok()) {
      EXPECT_TRUE(fails_with(storage.status(), Reason::kOutputFailed, {}));
      ++refused;
      continue;
    }
    const auto page = (*storage)->generations().page(100, "");
    if (!page.ok()) {
      EXPECT_TRUE(fails_with(page.status(), Reason::kOutputFailed, {"damaged"}));
    }
  }
  EXPECT_GT(refused, 5);  // most places lie in prompts, where nothing can tell
}

// What nothing but a check of all rows finds: a text in a column of numbers.
TEST(DatabaseTest, ChecksAllRowsAtTheStart) {
  const TempFolder folder;
  fill(folder);
  {
    SQLite::Database connection((folder / "easel.db").string(), SQLite::OPEN_READWRITE);
    connection.exec("PRAGMA writable_schema = ON");
    connection.exec(
        "UPDATE sqlite_schema SET sql = replace(sql, 'prompt TEXT NOT NULL', "
        "'prompt INTEGER NOT NULL') WHERE name = 'generations'");
  }
  EXPECT_TRUE(fails_with(Database::open(folder.path()).status(), Reason::kOutputFailed,
                         {"easel.db", "damaged", "generations.prompt", "put back a copy"}));
}

// All that write meanwhile wait together, not one after the other.
TEST(DatabaseTest, AHeldLockFailsInSixSecondsAndPasses) {
  const TempFolder folder;
  const auto storage = open_storage(folder.path());
  SQLite::Database other((folder / "easel.db").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  const auto start = std::chrono::steady_clock::now();
  const auto insert = [&](const std::string& id) {
    const absl::Status status = storage->generations().insert_started(sample_asked(id));
    EXPECT_TRUE(fails_with(status, Reason::kOutputFailed, {"another program holds"}));
    EXPECT_TRUE(is_database_busy(status));
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(insert, concat("thread", i));
  insert("a");
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - start;
  EXPECT_GT(waited.count(), 4.5);
  EXPECT_LT(waited.count(), 9);
  // Nor does who comes now: everybody knows by now.
  for (int i = 0; i < 8; ++i) insert(concat("later", i));
  EXPECT_LT((std::chrono::steady_clock::now() - start).count(), 9'000'000'000);
  EXPECT_TRUE(storage->generations().page(1, "").ok());
  other.exec("ROLLBACK");
  EXPECT_TRUE(storage->generations().insert_started(sample_asked("a")).ok());
}

}  // namespace
}  // namespace easel
