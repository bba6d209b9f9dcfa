#include "gateway/open_rows.h"

#include <nlohmann/json.hpp>

#include <utility>

#include "base/strings.h"
#include "gateway/log_event.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

constexpr std::chrono::seconds kRetryInterval(1);

}  // namespace

OpenRows::OpenRows(GenerationStore& generations)
    : generations_(generations), retry_(kRetryInterval, [this] { retry(); }) {}

OpenRows::~OpenRows() { retry(); }

bool OpenRows::try_close(const Row& row) {
  const absl::Status closed =
      row.error_code == "cancelled"
          ? generations_.finish_cancelled(row.id, row.end)
          : generations_.finish_failed(row.id, row.error_code, row.error_message, row.end);
  if (closed.ok()) return true;
  log_event(LogLevel::kError, "row not closed",
            {{"generation_id", row.id},
             {"detail", std::string(to_std(closed.message()))},
             {"cause", storage_detail(closed)}});
  // A row that is gone or closed already will not get better.
  return absl::IsNotFound(closed) || absl::IsFailedPrecondition(closed);
}

void OpenRows::close(std::string id, std::string error_code, std::string error_message,
                     const GenerationEnd& end) {
  Row row{std::move(id), std::move(error_code), std::move(error_message), end};
  if (try_close(row)) return;
  const std::lock_guard lock(mutex_);
  rows_.push_back(std::move(row));
}

void OpenRows::retry() {
  const std::lock_guard lock(mutex_);
  while (!rows_.empty() && try_close(rows_.front())) rows_.pop_front();
}

}  // namespace easel
