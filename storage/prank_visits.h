// What visitors did with pranks: views, prompts, hits.
//
// Written without waiting for the disk (Database::write_without_sync): the counts are exact, also
// when the process dies; only a power cut can take the last moments back, and a visitor need not
// wait for a disk to see a page. Bounded for each prank: kKeptDays days, kKeptPrompts prompts.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/database.h"

namespace easel {

struct VisitDay {
  int64_t day = 0;  // since 1970-01-01, UTC
  int64_t views = 0, prompts = 0, hits = 0;
};

struct VisitorPrompt {
  std::string prompt;
  std::optional<int64_t> trigger_id;  // none: nothing matched, or the trigger is gone
  std::string generation_id;          // its answer
  int64_t created_at_ms = 0;          // since 1970, UTC
};

class PrankVisits {
 public:
  static constexpr int64_t kKeptDays = 400;
  static constexpr int64_t kKeptPrompts = 1000;

  // `database` must outlive it.
  explicit PrankVisits(Database& database) : database_(database) {}

  // Counts a view of the prank, and returns its new view count; nullopt when there is none.
  absl::StatusOr<std::optional<int64_t>> count_view(int64_t prank, int64_t now_ms);
  // Nothing when the prank is gone meanwhile; a trigger that is gone counts as none.
  absl::Status record_prompt(int64_t prank, const VisitorPrompt& prompt);

  // Newest first.
  absl::StatusOr<std::vector<VisitDay>> days(int64_t prank);
  absl::StatusOr<std::vector<VisitorPrompt>> prompts(int64_t prank, int64_t limit);

 private:
  Database& database_;
};

}  // namespace easel
