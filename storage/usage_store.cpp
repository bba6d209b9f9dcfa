#include "storage/usage_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/error.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kForgetSql[] = "DELETE FROM usage_of_days WHERE day < ?";
constexpr char kUsedSql[] = "SELECT units FROM usage_of_days WHERE day = ? AND client = ?";
constexpr char kTakeSql[] = R"sql(
INSERT INTO usage_of_days (day, client, units) VALUES (?, ?, ?)
ON CONFLICT (day, client) DO UPDATE SET units = units + excluded.units)sql";
constexpr char kGiveBackSql[] =
    "UPDATE usage_of_days SET units = max(0, units - ?) WHERE day = ? AND client = ?";

}  // namespace

absl::StatusOr<UsageStore::Taken> UsageStore::take(int64_t day, std::string_view client,
                                                   int64_t units, int64_t limit) {
  Taken taken;
  EASEL_RETURN_IF_ERROR(database_.write_without_sync([&](SQLite::Database& connection) {
    execute(connection, kForgetSql, day);
    SQLite::Statement statement(connection, kUsedSql);
    bind_values(statement, day, client);
    if (statement.executeStep()) taken.used = RowReader(statement).integer();
    taken.granted = taken.used + units <= limit;
    if (!taken.granted) return absl::OkStatus();
    taken.used += units;
    execute(connection, kTakeSql, day, client, units);
    return absl::OkStatus();
  }));
  return taken;
}

absl::Status UsageStore::give_back(int64_t day, std::string_view client, int64_t units) {
  return database_.write_without_sync([&](SQLite::Database& connection) {
    execute(connection, kGiveBackSql, units, day, client);
    return absl::OkStatus();
  });
}

}  // namespace easel
