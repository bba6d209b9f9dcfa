#include "storage/api_key_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/error.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kAddSql[] = R"sql(
INSERT INTO api_keys (id, name, token_hash, scopes, units_per_minute, units_per_day, created_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?))sql";

constexpr char kFindSql[] = R"sql(
SELECT id, name, scopes, units_per_minute, units_per_day, created_at_ms, used_at_ms, revoked_at_ms
FROM api_keys WHERE token_hash = ?)sql";

constexpr char kListSql[] = R"sql(
SELECT id, name, scopes, units_per_minute, units_per_day, created_at_ms, used_at_ms, revoked_at_ms
FROM api_keys ORDER BY number DESC)sql";

constexpr char kAnySql[] = "SELECT EXISTS (SELECT 1 FROM api_keys)";
constexpr char kTouchSql[] = "UPDATE api_keys SET used_at_ms = ? WHERE id = ?";
constexpr char kRevokeSql[] =
    "UPDATE api_keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL";

ApiKeyRecord read_key(SQLite::Statement& statement) {
  RowReader row(statement);
  ApiKeyRecord key;
  key.id = row.text();
  key.name = row.text();
  key.scopes = static_cast<unsigned>(row.integer());
  key.units_per_minute = row.optional_integer();
  key.units_per_day = row.optional_integer();
  key.created_at_ms = row.integer();
  key.used_at_ms = row.optional_integer();
  key.revoked_at_ms = row.optional_integer();
  return key;
}

}  // namespace

absl::Status ApiKeyStore::add(const ApiKeyRecord& key, std::string_view token_hash) {
  return database_.write([&](SQLite::Database& connection) {
    execute(connection, kAddSql, std::string_view(key.id), std::string_view(key.name), token_hash,
            int64_t{key.scopes}, key.units_per_minute, key.units_per_day, key.created_at_ms);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<ApiKeyRecord>> ApiKeyStore::find(std::string_view token_hash) {
  std::optional<ApiKeyRecord> found;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kFindSql);
    bind_values(statement, token_hash);
    if (statement.executeStep()) found = read_key(statement);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<bool> ApiKeyStore::any() {
  bool any = false;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    any = connection.execAndGet(kAnySql).getInt() != 0;
    return absl::OkStatus();
  }));
  return any;
}

absl::Status ApiKeyStore::touch(std::string_view id, int64_t now_ms) {
  return database_.write_without_sync([&](SQLite::Database& connection) {
    execute(connection, kTouchSql, now_ms, id);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> ApiKeyStore::revoke(std::string_view id, int64_t now_ms) {
  int revoked = 0;
  EASEL_RETURN_IF_ERROR(database_.write([&](SQLite::Database& connection) {
    revoked = execute(connection, kRevokeSql, now_ms, id);
    return absl::OkStatus();
  }));
  return revoked > 0;
}

absl::StatusOr<std::vector<ApiKeyRecord>> ApiKeyStore::list() {
  std::vector<ApiKeyRecord> keys;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kListSql);
    while (statement.executeStep()) keys.push_back(read_key(statement));
    return absl::OkStatus();
  }));
  return keys;
}

}  // namespace easel
