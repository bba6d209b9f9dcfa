#include "storage/preference_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/error.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kPutSql[] = R"sql(
INSERT INTO preferences (session_id, engine, defaults_json, updated_at_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (session_id) DO UPDATE SET engine = excluded.engine,
  defaults_json = excluded.defaults_json, updated_at_ms = excluded.updated_at_ms)sql";

// The count reads an index of that many rows; only a new row makes one go.
constexpr char kForgetOldestSql[] = R"sql(
DELETE FROM preferences WHERE session_id IN (
  SELECT session_id FROM preferences ORDER BY updated_at_ms
  LIMIT max(0, (SELECT count(*) FROM preferences) - ?)))sql";

constexpr char kGetSql[] =
    "SELECT engine, defaults_json, updated_at_ms FROM preferences WHERE session_id = ?";

}  // namespace

absl::Status PreferenceStore::put(std::string_view session_id, const Preference& preference) {
  return database_.write([&](SQLite::Database& connection) {
    execute(connection, kPutSql, session_id, std::string_view(preference.engine),
            std::string_view(preference.defaults_json), preference.updated_at_ms);
    execute(connection, kForgetOldestSql, int64_t{kMaxPreferences});
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<Preference>> PreferenceStore::get(std::string_view session_id) {
  std::optional<Preference> found;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kGetSql);
    bind_values(statement, session_id);
    if (statement.executeStep()) {
      RowReader row(statement);
      found.emplace();
      found->engine = row.text();
      found->defaults_json = row.text();
      found->updated_at_ms = row.integer();
    }
    return absl::OkStatus();
  }));
  return found;
}

}  // namespace easel
