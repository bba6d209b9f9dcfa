// The pranks. Triggers are in trigger_store.h, what visitors did in prank_visits.h.
//
// Every call that returned ok is on the disk. Thread-safe.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/database.h"
#include "storage/prank_record.h"

namespace easel {

// 3–64 of a–z 0–9 '-', no '-' at either end.
bool is_share_slug(std::string_view text);
// Words that are part of addresses, or that visitors would take for the service's own.
bool is_reserved_slug(std::string_view slug);
// A share slug out of a title ("Mein Café!" → "mein-cafe"); "" when too little of it can be one, or
// it is reserved.
std::string slug_of_title(std::string_view title);

// What changes; absent: stays.
struct PrankChange {
  std::optional<std::string> title, share_slug;
};

struct ListedPrank {
  PrankRecord prank;
  int64_t trigger_count = 0;
};
struct PrankPage {
  std::vector<ListedPrank> items;
  std::optional<std::string> next;  // the cursor of the next page; none at the end
};

class PrankStore {
 public:
  static constexpr int kMaxPageItems = 100;
  static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

  // `database` must outlive the store.
  explicit PrankStore(Database& database) : database_(database) {}

  // The row; `prank.id` is ignored, the new one is returned. absl::IsAlreadyExists when the share
  // slug is taken, or for a second VIP prank; OUTPUT_FAILED when there are `most` pranks already.
  absl::StatusOr<int64_t> insert(const PrankRecord& prank, int64_t most = kNoLimit);

  // nullopt where there is none.
  absl::StatusOr<std::optional<PrankRecord>> by_id(int64_t id);
  absl::StatusOr<std::optional<PrankRecord>> by_share_slug(std::string_view slug);
  absl::StatusOr<std::optional<PrankRecord>> by_builder_slug(std::string_view slug);

  // absl::IsNotFound; absl::IsAlreadyExists when the share slug is taken.
  absl::Status change(int64_t id, const PrankChange& change, int64_t now_ms);
  // With its triggers and statistics; the files of its triggers, for the caller to remove.
  // absl::IsNotFound.
  absl::StatusOr<std::vector<TriggerFiles>> remove(int64_t id);

  // At most `limit` (1 … kMaxPageItems) pranks, newest first, from `cursor` on ("" for the newest).
  // INVALID_FIELD for a cursor that no page gave, or a limit out of range.
  absl::StatusOr<PrankPage> page(int limit, std::string_view cursor);

 private:
  Database& database_;
};

}  // namespace easel
