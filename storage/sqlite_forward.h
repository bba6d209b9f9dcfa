// SQLiteCpp's classes by name, so that only the storage's own sources see that library.
#pragma once

namespace SQLite {  // NOLINT(readability-identifier-naming): theirs
class Database;
class Exception;
enum class TransactionBehavior;
}  // namespace SQLite
