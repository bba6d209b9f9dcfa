// The log of all generations, newest first.
//
// A row is written (queued) before the work starts and closed once (done, failed, cancelled); what
// a dead process left open is closed as interrupted at the next start. Every call that returned ok
// is on the disk, but for mark_running. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/database.h"
#include "storage/generation_record.h"
#include "storage/picture_kind.h"

namespace easel {

struct GenerationPage {
  std::vector<GenerationRecord> items;
  std::optional<std::string> next;  // the cursor of the next page; none at the end
};

class GenerationStore {
 public:
  static constexpr int kMaxPageItems = 100;

  // `database` must outlive the store.
  explicit GenerationStore(Database& database) : database_(database) {}

  // The row, queued. absl::IsAlreadyExists when there is one of this id; INVALID_FIELD for an id
  // that is none.
  absl::Status insert_started(const GenerationAsked& asked);

  // The following change an open row: absl::IsNotFound without a row of this id,
  // absl::IsFailedPrecondition when it is closed already.
  // Does not wait for the disk: after a power cut the row is open as before, and interrupted all
  // the same.
  absl::Status mark_running(std::string_view id);
  // A picture that is ready before the rest: kept even when the generation is interrupted
  // afterwards.
  absl::Status add_file(std::string_view id, const GenerationFile& file);
  // Closes the row; row and files in one transaction. Files that add_file recorded may be given
  // again.
  absl::Status finish_done(std::string_view id, const GenerationUsed& used,
                           const std::vector<GenerationFile>& files, const GenerationEnd& end);
  absl::Status finish_failed(std::string_view id, std::string_view error_code,
                             std::string_view error_message, const GenerationEnd& end);
  absl::Status finish_cancelled(std::string_view id, const GenerationEnd& end);

  // nullopt without a row of this id.
  absl::StatusOr<std::optional<GenerationRecord>> get(std::string_view id);

  // At most `limit` (1 … kMaxPageItems) rows, newest first, from `cursor` on ("" for the newest).
  // Costs the same wherever the page is and however many rows there are. INVALID_FIELD for a cursor
  // that no page gave, or a limit out of range.
  absl::StatusOr<GenerationPage> page(int limit, std::string_view cursor);

  // Closes every open row as interrupted; how many there were. For the start, before any work.
  absl::StatusOr<int64_t> mark_interrupted_at_start();

  // Whether a row has this file.
  absl::StatusOr<bool> is_known(PictureKind kind, std::string_view file);

 private:
  Database& database_;
};

}  // namespace easel
