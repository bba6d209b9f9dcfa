// The triggers of pranks, and the look-up that a visitor's prompt makes.
//
// Every call that returned ok is on the disk. Files are the caller's: written before the row is,
// removed after it is gone. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/database.h"
#include "storage/picture_kind.h"
#include "storage/prank_record.h"

namespace easel {

// A picture for a trigger: its files, and the generation that it was copied from ("" for none).
struct TriggerPicture {
  TriggerFiles files;
  std::string generation_id;
};

struct NewTrigger {
  std::string phrase;
  MatchKind match = MatchKind::kContains;
  int64_t priority = 0;
  TriggerPicture picture;
};

// What changes; absent: stays.
struct TriggerChange {
  std::optional<std::string> phrase;
  std::optional<MatchKind> match;
  std::optional<int64_t> priority;
  std::optional<TriggerPicture> picture;
};

// What answers a prompt.
struct TriggerHit {
  int64_t trigger_id = 0;
  TriggerFiles files;
};

class TriggerStore {
 public:
  // `database` must outlive the store.
  explicit TriggerStore(Database& database) : database_(database) {}

  // The new one's id. absl::IsNotFound without the prank; absl::IsAlreadyExists when it has a
  // trigger of this phrase (folded) and kind; INVALID_FIELD when it has kMaxTriggersPerPrank, and
  // for a phrase of nothing that can be seen.
  absl::StatusOr<int64_t> insert(int64_t prank, const NewTrigger& trigger, int64_t now_ms);
  // The files that the trigger does not have any more; none when its picture stayed. Errors as
  // above, absl::IsNotFound when the prank has no such trigger.
  absl::StatusOr<std::optional<TriggerFiles>> change(int64_t prank, int64_t id,
                                                     const TriggerChange& change, int64_t now_ms);
  // Its files. absl::IsNotFound.
  absl::StatusOr<TriggerFiles> remove(int64_t prank, int64_t id, int64_t now_ms);
  // Gives the triggers priorities from ids.size() down to 1. INVALID_FIELD unless `ids` are all of
  // the prank's, each once.
  absl::Status reorder(int64_t prank, absl::Span<const int64_t> ids, int64_t now_ms);

  // nullopt when the prank has none of this id.
  absl::StatusOr<std::optional<TriggerRecord>> get(int64_t prank, int64_t id);
  // In the order in which they are tried.
  absl::StatusOr<std::vector<TriggerRecord>> list(int64_t prank);

  // What answers `prompt` (valid UTF-8), as match_trigger() chooses; nullopt: nothing does. Costs
  // the same however many pranks there are; the phrases are compared while others read.
  absl::StatusOr<std::optional<TriggerHit>> find_match(int64_t prank, std::string_view prompt);

  // Whether a trigger has this file.
  absl::StatusOr<bool> is_known(PictureKind kind, std::string_view file);

 private:
  Database& database_;
};

}  // namespace easel
