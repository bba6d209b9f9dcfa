#include "storage/search_connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

constexpr int kBusyTimeoutMs = 1000;
constexpr int kStepsBetweenLooks = 1000;  // of SQLite's machine: some 10 µs

absl::Status too_long() {
  return make_error(Reason::kDeadline, "the search took too long and was ended");
}

int is_late(void* deadline) {
  const auto* end = static_cast<const std::chrono::steady_clock::time_point*>(deadline);
  return std::chrono::steady_clock::now() < *end ? 0 : 1;
}

// Ends what a connection does after the deadline, while this lives.
class DeadlineWatch {
 public:
  DeadlineWatch(sqlite3* connection, std::chrono::steady_clock::time_point deadline)
      : connection_(connection), deadline_(deadline) {
    sqlite3_progress_handler(connection_, kStepsBetweenLooks, &is_late, &deadline_);
  }
  ~DeadlineWatch() { sqlite3_progress_handler(connection_, 0, nullptr, nullptr); }
  DeadlineWatch(const DeadlineWatch&) = delete;
  DeadlineWatch& operator=(const DeadlineWatch&) = delete;

 private:
  sqlite3* const connection_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace

SearchConnection::SearchConnection(std::filesystem::path file) : file_(std::move(file)) {}
SearchConnection::~SearchConnection() = default;

bool SearchConnection::begin(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto left = deadline - std::chrono::steady_clock::now();
  if (!ended_.wait_for(lock, left, [this] { return !busy_; })) return false;
  busy_ = true;
  return true;
}

void SearchConnection::end() {
  const std::lock_guard lock(mutex_);
  busy_ = false;
  ended_.notify_one();
}

absl::Status SearchConnection::run(const Body& body, std::chrono::milliseconds limit) {
  const Deadline deadline = std::chrono::steady_clock::now() + limit;
  if (!begin(deadline)) return too_long();
  const auto end_turn = [](SearchConnection* self) { self->end(); };
  const std::unique_ptr<SearchConnection, decltype(end_turn)> turn(this, end_turn);
  return run_until(body, deadline);
}

absl::Status SearchConnection::run_until(const Body& body, Deadline deadline) {
  errno = 0;
  try {
    if (connection_ == nullptr) {
      constexpr int kFlags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
      auto opened = std::make_unique<SQLite::Database>(file_.string(), kFlags, kBusyTimeoutMs);
      int ignored = 0;
      sqlite3_db_config(opened->getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &ignored);
      connection_ = std::move(opened);
    }
    // Rolled back: there is nothing to commit.
    const SQLite::Transaction transaction(*connection_);
    const DeadlineWatch watch(connection_->getHandle(), deadline);
    return body(*connection_);
  } catch (const SQLite::Exception& exception) {
    if (exception.getErrorCode() == SQLITE_INTERRUPT) return too_long();
    return storage_error("the history cannot be searched", exception, errno);
  }
}

}  // namespace easel
