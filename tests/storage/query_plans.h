// What SQLite's query planner makes of the statements that a piece of work runs.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace easel {

inline int keep_sql(unsigned /*event*/, void* list, void* statement, void* /*text*/) {
  static_cast<std::vector<std::string>*>(list)->emplace_back(
      sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}

// The statements that `work` runs.
inline std::vector<std::string> statements_of(Database& database,
                                              const std::function<void()>& work) {
  std::vector<std::string> statements;
  const auto trace = [&](unsigned mask) {
    const auto set = [&](SQLite::Database& connection) {
      sqlite3_trace_v2(connection.getHandle(), mask, &keep_sql, &statements);
      return absl::OkStatus();
    };
    EXPECT_TRUE(database.read(set).ok() && database.write(set).ok() && database.search(set).ok());
  };
  trace(SQLITE_TRACE_STMT);
  work();
  trace(0);
  EXPECT_FALSE(statements.empty());
  return statements;
}

// What the query planner says of each statement that `work` runs.
inline std::string plans_of(Database& database, const std::function<void()>& work) {
  const std::vector<std::string> statements = statements_of(database, work);
  std::string plans;
  EXPECT_TRUE(database
                  .read([&](SQLite::Database& connection) {
                    for (const std::string& sql : statements) {
                      if (sql.starts_with("PRAGMA")) continue;  // would be carried out
                      SQLite::Statement plan(connection, "EXPLAIN QUERY PLAN " + sql);
                      while (plan.executeStep()) plans += plan.getColumn(3).getString() + "\n";
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  return plans;
}

}  // namespace easel
