// A second connection to the database, which only reads, for what may take its time: it waits for
// no write, and nobody but another search waits for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "storage/sqlite_forward.h"

namespace easel {

// Opened at its first use. Thread-safe: one search runs at a time, the others wait.
class SearchConnection {
 public:
  using Body = std::function<absl::Status(SQLite::Database&)>;

  // `file` is a database that another connection of this process writes, in WAL mode, for as long
  // as this lives.
  explicit SearchConnection(std::filesystem::path file);
  ~SearchConnection();

  // Runs `body` on what is committed when it begins. DEADLINE when it has not ended after `limit`,
  // the wait for its turn included; errors of SQLite as storage_error() makes them. `body` may
  // throw SQLite::Exception.
  absl::Status run(const Body& body, std::chrono::milliseconds limit);

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  bool begin(Deadline deadline);
  void end();
  absl::Status run_until(const Body& body, Deadline deadline);

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool busy_ = false;                             // guarded by mutex_
  std::unique_ptr<SQLite::Database> connection_;  // whoever set busy_ has it
};

}  // namespace easel
