// A backup of a data folder: a folder of the same shape, that a gateway can be started on.
//
// It is the database of one moment, and every picture that a row of it names. The database is
// copied first: a row's files are there before it is and go after it went, so that only what is
// removed meanwhile can be missing from the pictures. When something is, the database is copied
// again (the row is not in that copy any more) and what came with it; so no row of the backup lacks
// a file that the data folder had. Works beside the gateway and without one, and only reads the
// data folder. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "absl/status/statusor.h"
#include "storage/database_copy.h"

namespace easel {

struct BackupReport {
  DatabaseContents database;
  int64_t pictures = 0, picture_bytes = 0;
  // Files that rows name and the data folder does not have: lost before the backup.
  int64_t missing = 0;
};

// Called after each copy of the database, before its pictures are copied.
using OnDatabaseCopied = std::function<void(const DatabaseContents&)>;

// Makes the folder `destination` (0700), which must not exist, in a folder that does. It is written
// aside, as `destination`.partial-XXXXXX, checked, synced, and renamed: it is there whole or not at
// all. OUTPUT_FAILED, in words for the operator: no such data folder, destination inside it, taken
// or not writable, disk full, or an error of copy_database; nothing is left behind then.
absl::StatusOr<BackupReport> make_backup(const std::filesystem::path& data_folder,
                                         const std::filesystem::path& destination,
                                         const OnDatabaseCopied& on_database_copied);

}  // namespace easel
