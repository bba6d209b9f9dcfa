// The one place that turns failures of SQLite and of files into the program's errors.
//
// All are OUTPUT_FAILED, but that another program holds the database can be told from the rest:
// that passes by itself. Their message may be shown to users: it says what could not be done and
// why (disk full, read-only, busy, damaged) and names no path, no SQL. What an operator needs
// beyond that is a payload, for the log.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "storage/sqlite_forward.h"

namespace easel {

// "`what`: the disk is full" and so on, from SQLite's result code; `system_errno` tells why the
// disk failed, where it did: 0 for not known.
absl::Status storage_error(std::string_view what, const SQLite::Exception& exception,
                           int system_errno);

// The same from an errno; `detail` is for the log alone (a path, a call).
absl::Status storage_error(std::string_view what, int error_number, std::string_view detail);

// Whether another program held the database for longer than was waited for.
bool is_database_busy(const absl::Status& status);

// What the log should say besides the message: SQLite's own words or the path and call; "" where
// there is nothing.
std::string storage_detail(const absl::Status& status);

}  // namespace easel
