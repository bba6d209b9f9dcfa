#include "storage/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "base/error.h"
#include "storage/migrations.h"
#include "storage/search_connection.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout(5000);

constexpr char kQuickCheckSql[] = "PRAGMA quick_check(1)";
constexpr char kCreatedSql[] = "SELECT created_at_ms FROM database_info";
// Every commit waits for the disk; the WAL gives up what a burst made it grow to (in bytes).
constexpr char kDurableSql[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    "PRAGMA journal_size_limit = 16777216";
// In WAL mode NORMAL leaves out just the commit's own sync.
constexpr char kSyncCommitsSql[] = "PRAGMA synchronous = FULL";
constexpr char kLeaveCommitsSql[] = "PRAGMA synchronous = NORMAL";
// Nothing of the writer's: no changes, no checkpoints.
constexpr char kReaderSql[] = "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0";

absl::Status refused(const std::filesystem::path& path, std::string_view why,
                     std::string_view what_to_do) {
  return make_error(Reason::kOutputFailed,
                    concat("cannot use the database ", path.string(), ": ", why, "; ", what_to_do));
}

absl::Status damaged(const std::filesystem::path& path, std::string_view detail) {
  return refused(path, concat("it is damaged (", detail, ")"),
                 "put back a copy of it, or move it and its -wal and -shm files away: the history "
                 "starts anew then, the pictures stay");
}

// Text in the database's own schema can do no harm: no writable schema, no unsafe functions.
void defend(SQLite::Database& connection) {
  int ignored = 0;
  sqlite3_db_config(connection.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, &ignored);
  sqlite3_db_config(connection.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &ignored);
}

// Opens, checks, migrates. May throw SQLite::Exception. Nothing is written before the file has
// proved to be sound and easel's own.
absl::Status prepare(const std::filesystem::path& path, SQLite::Database& connection) {
  defend(connection);
  if (sqlite3_db_readonly(connection.getHandle(), "main") != 0) {
    return refused(path, "it cannot be written", "check its owner and permissions");
  }
  const absl::StatusOr<int> version = check_schema_version(connection, all_migrations());
  if (!version.ok()) {
    return refused(path, to_std(version.status().message()),
                   "use the program that made it, or another EASEL_DATA_DIR");
  }
  const std::string found = connection.execAndGet(kQuickCheckSql).getString();
  if (found != "ok") return damaged(path, found);
  connection.exec(kDurableSql);
  return migrate(connection, all_migrations());
}

absl::Status opening_error(const std::filesystem::path& path, const SQLite::Exception& exception,
                           int system_errno) {
  if (exception.getErrorCode() == SQLITE_CORRUPT || exception.getErrorCode() == SQLITE_NOTADB) {
    return damaged(path, exception.what());
  }
  return storage_error(concat("cannot use the database ", path.string()), exception, system_errno);
}

// May throw SQLite::Exception.
absl::Status in_transaction(SQLite::Database& connection, SQLite::TransactionBehavior behavior,
                            const Database::Body& body) {
  SQLite::Transaction transaction(connection, behavior);
  EASEL_RETURN_IF_ERROR(body(connection));
  transaction.commit();
  return absl::OkStatus();
}

}  // namespace

Database::Database(DataFolderLock lock) : lock_(std::move(lock)) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::open(const std::filesystem::path& data_folder) {
  EASEL_ASSIGN_OR_RETURN(DataFolderLock lock, DataFolderLock::take(data_folder));
  std::unique_ptr<Database> database(new Database(std::move(lock)));
  const std::filesystem::path path = data_folder / kFileName;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  const auto connect = [&] {
    return std::make_unique<SQLite::Database>(path.string(), kFlags,
                                              static_cast<int>(kBusyTimeout.count()));
  };
  // Prompts are nobody else's: SQLite gives its -wal and -shm the permissions of the file.
  FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)).close();
  errno = 0;
  try {
    database->writer_ = connect();
    EASEL_RETURN_IF_ERROR(prepare(path, *database->writer_));
    database->reader_ = connect();
    defend(*database->reader_);
    database->reader_->exec(kReaderSql);
    database->created_at_ms_ = database->reader_->execAndGet(kCreatedSql).getInt64();
  } catch (const SQLite::Exception& exception) {
    return opening_error(path, exception, errno);
  }
  database->searches_ = std::make_unique<SearchConnection>(path);
  return database;
}

absl::Status Database::search(const Body& body, std::chrono::milliseconds limit) {
  return searches_->run(body, limit);
}

absl::Status Database::read(const Body& body) {
  const std::lock_guard guard(reader_mutex_);
  errno = 0;
  try {
    return in_transaction(*reader_, SQLite::TransactionBehavior::DEFERRED, body);
  } catch (const SQLite::Exception& exception) {
    return storage_error("the history cannot be read", exception, errno);
  }
}

absl::Status Database::write(const Body& body) { return write(body, /*sync=*/true); }

absl::Status Database::write_without_sync(const Body& body) { return write(body, /*sync=*/false); }

// How long another program may still be waited for by who wanted to write at `asked`: those that
// queued behind others who waited have done so themselves.
std::chrono::milliseconds Database::patience_since(Clock::time_point asked) const {
  const Clock::time_point now = Clock::now();
  if (last_busy_ && now - *last_busy_ < kBusyTimeout) return std::chrono::milliseconds(0);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(kBusyTimeout - (now - asked));
  return std::max(left, std::chrono::milliseconds(0));
}

absl::Status Database::write(const Body& body, bool sync) {
  const Clock::time_point asked = Clock::now();
  const std::lock_guard guard(writer_mutex_);
  errno = 0;
  try {
    writer_->setBusyTimeout(static_cast<int>(patience_since(asked).count()));
    if (sync != commits_are_synced_) {
      writer_->exec(sync ? kSyncCommitsSql : kLeaveCommitsSql);
      commits_are_synced_ = sync;
    }
    absl::Status status = in_transaction(*writer_, SQLite::TransactionBehavior::IMMEDIATE, body);
    last_busy_.reset();
    return status;
  } catch (const SQLite::Exception& exception) {
    // Not sqlite3_system_errno: that misses failed commits.
    absl::Status status = storage_error("the history cannot be written", exception, errno);
    if (is_database_busy(status)) last_busy_ = Clock::now();
    return status;
  }
}

}  // namespace easel
