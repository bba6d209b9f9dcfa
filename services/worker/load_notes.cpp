#include "services/worker/load_notes.h"

#include "base/strings.h"

namespace easel {

void LoadNotes::begin(const std::string& key) {
  const std::lock_guard lock(mutex_);
  ++rows_[key].running;
}

void LoadNotes::end(const std::string& key, const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  Row& row = rows_[key];
  --row.running;
  row.problem = to_std(status.message());
}

void LoadNotes::forget_problem(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(key);
  if (found != rows_.end()) found->second.problem.clear();
}

LoadNote LoadNotes::of(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(key);
  if (found == rows_.end()) return {};
  return {found->second.running > 0, found->second.problem};
}

}  // namespace easel
