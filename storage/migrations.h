// The schema's versions, and the way from one to the next.
//
// PRAGMA user_version is the schema's version; PRAGMA application_id marks a file as easel's. A
// step is one transaction that ends with its version, so that a process that dies anywhere leaves
// the old version or the new one. A step that was released is never edited: a change is another
// step.
//
// Not thread-safe: the caller owns the connection. May throw SQLite::Exception.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/sqlite_forward.h"

namespace easel {

struct Migration {
  int version;  // 1, 2, 3, … without gaps
  absl::Span<const char* const> statements;
};

// Every step that this program knows.
absl::Span<const Migration> all_migrations();

// The schema's version; 0 for a database without anything in it. OUTPUT_FAILED, in words for the
// operator that don't name the file, when it is not easel's or newer than the last of `migrations`.
// Changes nothing.
absl::StatusOr<int> check_schema_version(SQLite::Database& connection,
                                         absl::Span<const Migration> migrations);

// Brings a database of a version that check_schema_version accepted up to the last of `migrations`.
absl::Status migrate(SQLite::Database& connection, absl::Span<const Migration> migrations);

}  // namespace easel
