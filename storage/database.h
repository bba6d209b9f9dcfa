// The service's database: EASEL_DATA_DIR/easel.db, and the connections to it.
//
// One process, one connection that writes: the lock file EASEL_DATA_DIR/easel.lock keeps a second
// gateway out, because the SQLite of Debian 12 can damage a WAL that two connections write. Another
// connection reads, so that a page never waits for the disk of somebody's write, and a third one
// searches, so that no page waits for that either; each lets one thread in at a time. Others may
// read the file meanwhile (a backup, the sqlite3 shell), and should not write. A transaction that
// was committed is on the disk (WAL, synchronous=FULL), and seen by every read that begins later.
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/data_folder_lock.h"
#include "storage/sqlite_forward.h"

namespace easel {

class SearchConnection;

class Database {
 public:
  // In the data folder.
  static constexpr char kFileName[] = "easel.db";

  // A search that takes longer is one that nobody waits for.
  static constexpr std::chrono::milliseconds kSearchTime{2000};

  // What a transaction does. May throw SQLite::Exception, and is not to call back into the
  // Database.
  using Body = std::function<absl::Status(SQLite::Database&)>;

  // Opens `data_folder`/easel.db and brings its schema up to date; makes folder and file where they
  // are missing. OUTPUT_FAILED, in words for the operator that name the file and what to do:
  // another gateway has the folder, the file is damaged, is no database of easel's or was made by a
  // newer version, the folder cannot be written.
  static absl::StatusOr<std::unique_ptr<Database>> open(const std::filesystem::path& data_folder);
  ~Database();

  // When the database was made, in ms since 1970, UTC.
  int64_t created_at_ms() const { return created_at_ms_; }

  // Runs `body` in a transaction: committed when it returns ok, else rolled back. Errors of SQLite
  // come back as storage_error() makes them. The writing ones take SQLite's write lock at once;
  // another program that holds it is waited for, for 5 s in all however many threads wait, and when
  // those are over everybody fails at once until it can be had. In read() a statement that writes
  // fails.
  absl::Status read(const Body& body);
  absl::Status write(const Body& body);
  // Does not wait for the disk: a power cut may take it back (but nothing that was written before
  // it), the death of the process cannot. The next write() brings it to the disk.
  absl::Status write_without_sync(const Body& body);
  // As read(), for what may look at many rows: not in the way of the others, and ended with
  // DEADLINE after `limit`. One search at a time.
  absl::Status search(const Body& body, std::chrono::milliseconds limit = kSearchTime);

 private:
  using Clock = std::chrono::steady_clock;

  explicit Database(DataFolderLock lock);
  absl::Status write(const Body& body, bool sync);
  std::chrono::milliseconds patience_since(Clock::time_point asked) const;

  DataFolderLock lock_;
  std::mutex writer_mutex_;
  std::unique_ptr<SQLite::Database> writer_;    // guarded by writer_mutex_
  bool commits_are_synced_ = true;              // guarded by writer_mutex_
  std::optional<Clock::time_point> last_busy_;  // guarded by writer_mutex_
  std::mutex reader_mutex_;
  std::unique_ptr<SQLite::Database> reader_;  // guarded by reader_mutex_; closed before the writer
  std::unique_ptr<SearchConnection> searches_;  // closed before the writer
  int64_t created_at_ms_ = 0;
};

}  // namespace easel
