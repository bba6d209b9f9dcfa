// Values into statements and out of rows, in the order in which the SQL names them.
//
//   SQLite::Statement statement(connection, kSomeSql);
//   bind_values(statement, id, created_at_ms, negative_prompt);
//   while (statement.executeStep()) { RowReader row(statement); auto id = row.text(); … }
#pragma once

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

inline void bind_value(SQLite::Statement& statement, int position, std::string_view value) {
  statement.bind(position, std::string(value));
}
inline void bind_value(SQLite::Statement& statement, int position, int64_t value) {
  statement.bind(position, value);
}
inline void bind_value(SQLite::Statement& statement, int position, double value) {
  statement.bind(position, value);
}
// NULL for none.
template <typename Value>
void bind_value(SQLite::Statement& statement, int position, const std::optional<Value>& value) {
  if (value) {
    bind_value(statement, position, *value);
  } else {
    statement.bind(position);
  }
}

// Every parameter of the statement, from the first on.
template <typename... Values>
void bind_values(SQLite::Statement& statement, const Values&... values) {
  int position = 0;
  (bind_value(statement, ++position, values), ...);
}

// Runs a statement that gives no rows; how many rows it changed.
template <typename... Values>
int execute(SQLite::Database& connection, const char* sql, const Values&... values) {
  SQLite::Statement statement(connection, sql);
  bind_values(statement, values...);
  return statement.exec();
}

// As execute(), of a statement that a UNIQUE rule may refuse: absl::IsAlreadyExists with `taken`.
template <typename... Values>
absl::StatusOr<int> execute_unique(SQLite::Database& connection, const char* taken, const char* sql,
                                   const Values&... values) {
  try {
    return execute(connection, sql, values...);
  } catch (const SQLite::Exception& exception) {
    if (exception.getExtendedErrorCode() != SQLITE_CONSTRAINT_UNIQUE) throw;
    return absl::AlreadyExistsError(taken);
  }
}

// Reads the columns of the row that the statement stands on, from the left.
class RowReader {
 public:
  explicit RowReader(SQLite::Statement& statement) : statement_(statement) {}

  std::string text() { return next().getString(); }
  int64_t integer() { return next().getInt64(); }
  double real() { return next().getDouble(); }
  std::optional<std::string> optional_text() {
    const SQLite::Column column = next();
    return column.isNull() ? std::nullopt : std::optional(column.getString());
  }
  std::optional<int64_t> optional_integer() {
    const SQLite::Column column = next();
    return column.isNull() ? std::nullopt : std::optional<int64_t>(column.getInt64());
  }
  std::optional<double> optional_real() {
    const SQLite::Column column = next();
    return column.isNull() ? std::nullopt : std::optional(column.getDouble());
  }

 private:
  SQLite::Column next() { return statement_.getColumn(column_++); }

  SQLite::Statement& statement_;
  int column_ = 0;
};

}  // namespace easel
