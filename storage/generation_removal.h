// Takes generations out of the log: by an admin's word, or because they are old.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/database.h"
#include "storage/picture_store.h"

namespace easel {

// Thread-safe.
class GenerationRemoval {
 public:
  // Both must outlive it.
  GenerationRemoval(Database& database, PictureStore& pictures)
      : database_(database), pictures_(pictures) {}

  // Row, files, and what the search and the prompt history know of it. Triggers keep their
  // pictures, which are their own. absl::IsNotFound without a row of this id,
  // absl::IsFailedPrecondition while it is open. A file that is left behind goes at the next start.
  absl::Status remove(std::string_view id);

  // Of those that began before `created_at_ms`: the ids of the oldest, at most `limit`. Ends at the
  // first one that is open: it is newer than it looks.
  absl::StatusOr<std::vector<std::string>> oldest_before(int64_t created_at_ms, int64_t limit);

 private:
  Database& database_;
  PictureStore& pictures_;
};

}  // namespace easel
