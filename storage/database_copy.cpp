#include "storage/database_copy.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "storage/file_descriptor.h"
#include "storage/migrations.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr int kAllPages = -1;

constexpr char kQuickCheckSql[] = "PRAGMA quick_check(1)";
// One file, that a disk which cannot be written may hold too.
constexpr char kOneFileSql[] = "PRAGMA journal_mode = DELETE";
constexpr char kNumGenerationsSql[] = "SELECT count(*) FROM generations";
constexpr char kNumPranksSql[] = "SELECT count(*) FROM pranks";
constexpr char kNumTriggersSql[] = "SELECT count(*) FROM prank_triggers";
constexpr char kNumAdminsSql[] = "SELECT count(*) FROM admins";
constexpr char kNumKeysSql[] = "SELECT count(*) FROM api_keys";

// A table whose rows name a picture and its thumbnail.
struct PictureTable {
  const char* name;
  const char* sql;
  PictureKind picture, thumbnail;
};
constexpr PictureTable kPictureTables[] = {
    {"generation_files", "SELECT picture_file, thumbnail_file FROM generation_files",
     PictureKind::kPicture, PictureKind::kThumbnail},
    {"prank_triggers", "SELECT picture_file, thumbnail_file FROM prank_triggers",
     PictureKind::kPrankPicture, PictureKind::kPrankThumbnail},
};

absl::Status refused(const std::filesystem::path& database, std::string_view why) {
  return make_error(Reason::kOutputFailed,
                    concat("cannot copy the database ", database.string(), ": ", why));
}

absl::Status damaged(const std::filesystem::path& database, std::string_view detail) {
  return refused(database, concat("it is damaged (", detail, "); an older backup may be whole"));
}

absl::Status copying_error(const std::filesystem::path& from, const SQLite::Exception& exception,
                           int system_errno) {
  if (exception.getErrorCode() == SQLITE_CORRUPT || exception.getErrorCode() == SQLITE_NOTADB) {
    return damaged(from, exception.what());
  }
  return storage_error(concat("cannot copy the database ", from.string()), exception, system_errno);
}

// May throw SQLite::Exception, as all below.
absl::Status copy_pages(const std::filesystem::path& from, SQLite::Database& copy) {
  SQLite::Database source(from.string(), SQLite::OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                          kBusyTimeoutMs);
  SQLite::Backup backup(copy, source);
  errno = 0;
  try {
    if (backup.executeStep(kAllPages) == SQLITE_DONE) return absl::OkStatus();
  } catch (const SQLite::Exception& exception) {
    // Here, where nothing was closed yet that would change errno.
    return copying_error(from, exception, errno);
  }
  return refused(from, "another program holds it");
}

int64_t count(SQLite::Database& connection, const char* table, const char* sql) {
  return connection.tableExists(table) ? connection.execAndGet(sql).getInt64() : 0;
}

absl::StatusOr<DatabaseContents> check(const std::filesystem::path& from, SQLite::Database& copy) {
  const absl::StatusOr<int> version = check_schema_version(copy, all_migrations());
  if (!version.ok()) return refused(from, to_std(version.status().message()));
  const std::string found = copy.execAndGet(kQuickCheckSql).getString();
  if (found != "ok") return damaged(from, found);
  DatabaseContents contents;
  contents.schema_version = *version;
  contents.generations = count(copy, "generations", kNumGenerationsSql);
  contents.pranks = count(copy, "pranks", kNumPranksSql);
  contents.triggers = count(copy, "prank_triggers", kNumTriggersSql);
  contents.admins = count(copy, "admins", kNumAdminsSql);
  contents.keys = count(copy, "api_keys", kNumKeysSql);
  return contents;
}

}  // namespace

absl::StatusOr<DatabaseContents> copy_database(const std::filesystem::path& from,
                                               const std::filesystem::path& to) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(from, error)) {
    return refused(from,
                   "there is none; --data-dir or EASEL_DATA_DIR must name the gateway's folder");
  }
  std::filesystem::remove(to, error);
  // Prompts are nobody else's.
  FileDescriptor(::open(to.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)).close();
  errno = 0;
  absl::StatusOr<DatabaseContents> contents;
  try {
    SQLite::Database copy(to.string(), SQLite::OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    EASEL_RETURN_IF_ERROR(copy_pages(from, copy));
    copy.exec(kOneFileSql);
    EASEL_ASSIGN_OR_RETURN(contents, check(from, copy));
  } catch (const SQLite::Exception& exception) {
    return copying_error(from, exception, errno);
  }
  contents->bytes = static_cast<int64_t>(std::filesystem::file_size(to, error));
  return contents;
}

absl::Status for_each_picture(const std::filesystem::path& copy, const EachPicture& each) {
  try {
    SQLite::Database connection(copy.string(), SQLite::OPEN_READONLY | SQLITE_OPEN_NOMUTEX);
    for (const PictureTable& table : kPictureTables) {
      if (!connection.tableExists(table.name)) continue;
      SQLite::Statement rows(connection, table.sql);
      while (rows.executeStep()) {
        EASEL_RETURN_IF_ERROR(each(table.picture, rows.getColumn(0).getString()));
        EASEL_RETURN_IF_ERROR(each(table.thumbnail, rows.getColumn(1).getString()));
      }
    }
    return absl::OkStatus();
  } catch (const SQLite::Exception& exception) {
    return storage_error("the copy of the database cannot be read", exception, errno);
  }
}

}  // namespace easel
