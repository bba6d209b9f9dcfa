// A copy of the database while its gateway writes it, or while none runs.
//
// SQLite's online backup API: another connection, which reads alone (so the WAL still has one
// writer, as database.h wants) and in one transaction, so that the copy is the database of one
// moment; the gateway goes on meanwhile. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/picture_kind.h"

namespace easel {

// What a database has.
struct DatabaseContents {
  int schema_version = 0;
  int64_t bytes = 0;
  // Tables that the schema does not have yet count 0.
  int64_t generations = 0, pranks = 0, triggers = 0, admins = 0, keys = 0;
};

// Copies the database `from` to `to`, one file that needs no -wal (an old copy there is replaced),
// and checks the copy (PRAGMA quick_check). Not synced. OUTPUT_FAILED, in words for the operator:
// no database there, damaged, not easel's, made by a newer easel, disk full. An older schema stays
// as it is: the gateway that opens the copy brings it up to date.
absl::StatusOr<DatabaseContents> copy_database(const std::filesystem::path& from,
                                               const std::filesystem::path& to);

// Calls `each` for every picture file that a row of the database `copy` names, until one fails.
using EachPicture = std::function<absl::Status(PictureKind, const std::string& file)>;
absl::Status for_each_picture(const std::filesystem::path& copy, const EachPicture& each);

}  // namespace easel
