#include "gateway/retention.h"

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "gateway/log_event.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

constexpr int64_t kMsPerDay = 86'400'000;
constexpr int64_t kBatch = 100;
constexpr std::chrono::hours kInterval(1);

}  // namespace

Retention::Retention(GenerationRemoval& removal, Clock clock, int64_t days)
    : removal_(removal), clock_(std::move(clock)), days_(days) {
  if (days_ > 0) thread_ = std::thread([this] { run(); });
}

Retention::~Retention() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Retention::is_stopping() {
  const std::lock_guard guard(mutex_);
  return stopping_;
}

absl::StatusOr<int64_t> Retention::remove_old() {
  const int64_t oldest_kept = clock_.utc_ms() - days_ * kMsPerDay;
  int64_t removed = 0;
  while (!is_stopping()) {
    EASEL_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                           removal_.oldest_before(oldest_kept, kBatch));
    if (ids.empty()) break;
    for (const std::string& id : ids) {
      if (is_stopping()) break;
      const absl::Status status = removal_.remove(id);
      // An admin may have been quicker.
      if (!status.ok() && !absl::IsNotFound(status)) return status;
      if (status.ok()) ++removed;
    }
  }
  return removed;
}

void Retention::run() {
  for (;;) {
    const absl::StatusOr<int64_t> removed = remove_old();
    if (!removed.ok()) {
      log_event(LogLevel::kError, "old generations could not be removed",
                {{"problem", storage_detail(removed.status())}});
    } else if (*removed > 0) {
      log_event(LogLevel::kInfo, "old generations removed", {{"count", *removed}});
    }
    std::unique_lock lock(mutex_);
    if (stopped_.wait_for(lock, kInterval, [this] { return stopping_; })) return;
  }
}

}  // namespace easel
