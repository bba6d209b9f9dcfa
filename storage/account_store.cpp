#include "storage/account_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/error.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kFindAdminSql[] = "SELECT name, password_hash FROM admins WHERE name = ?";

constexpr char kCreateAdminSql[] = R"sql(
INSERT INTO admins (name, password_hash, created_at_ms, changed_at_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO NOTHING)sql";

constexpr char kSetPasswordSql[] =
    "UPDATE admins SET password_hash = ?, changed_at_ms = ? WHERE name = ?";
constexpr char kRenewHashSql[] =
    "UPDATE admins SET password_hash = ? WHERE name = ? AND password_hash = ?";

constexpr char kAdminsSql[] = "SELECT name, created_at_ms, changed_at_ms FROM admins ORDER BY name";
constexpr char kRemoveAdminSql[] = "DELETE FROM admins WHERE name = ?";

constexpr char kEndSessionsOfAdminSql[] = R"sql(
DELETE FROM admin_sessions WHERE admin = (SELECT number FROM admins WHERE name = ?))sql";

constexpr char kStartSessionSql[] = R"sql(
INSERT INTO admin_sessions (id, token_hash, admin, created_at_ms, used_at_ms, expires_at_ms,
  address, user_agent)
SELECT ?, ?, number, ?, ?, ?, ?, ? FROM admins WHERE name = ? AND password_hash = ?)sql";

constexpr char kEndByTokenSql[] = "DELETE FROM admin_sessions WHERE token_hash = ?";
constexpr char kEndByIdSql[] = "DELETE FROM admin_sessions WHERE id = ?";
constexpr char kEndExpiredSql[] = "DELETE FROM admin_sessions WHERE expires_at_ms <= ?";

constexpr char kEndOldestSql[] = R"sql(
DELETE FROM admin_sessions WHERE number IN (
  SELECT number FROM admin_sessions WHERE admin = (SELECT number FROM admins WHERE name = ?)
  ORDER BY number DESC LIMIT -1 OFFSET ?))sql";

constexpr char kFindSessionSql[] = R"sql(
SELECT s.id, a.name, s.created_at_ms, s.used_at_ms, s.expires_at_ms, s.address, s.user_agent
FROM admin_sessions AS s JOIN admins AS a ON a.number = s.admin
WHERE s.token_hash = ? AND s.expires_at_ms > ? AND s.used_at_ms > ?)sql";

constexpr char kSessionsSql[] = R"sql(
SELECT s.id, a.name, s.created_at_ms, s.used_at_ms, s.expires_at_ms, s.address, s.user_agent
FROM admin_sessions AS s JOIN admins AS a ON a.number = s.admin
WHERE s.expires_at_ms > ? AND s.used_at_ms > ? ORDER BY s.number DESC)sql";

constexpr char kTouchSql[] =
    "UPDATE admin_sessions SET used_at_ms = max(used_at_ms, ?) WHERE id = ?";

SessionRecord read_session(SQLite::Statement& statement) {
  RowReader row(statement);
  SessionRecord session;
  session.id = row.text();
  session.admin = row.text();
  session.created_at_ms = row.integer();
  session.used_at_ms = row.integer();
  session.expires_at_ms = row.integer();
  session.address = row.text();
  session.user_agent = row.text();
  return session;
}

absl::Status no_such_admin() { return absl::NotFoundError("there is no admin of this name"); }

}  // namespace

absl::Status AccountStore::create_admin(std::string_view name, std::string_view password_hash,
                                        int64_t now_ms) {
  return database_.write([&](SQLite::Database& connection) {
    const int made = execute(connection, kCreateAdminSql, name, password_hash, now_ms, now_ms);
    return made == 1 ? absl::OkStatus()
                     : absl::AlreadyExistsError("there is an admin of this name already");
  });
}

absl::Status AccountStore::set_password(std::string_view name, std::string_view password_hash,
                                        int64_t now_ms) {
  return database_.write([&](SQLite::Database& connection) {
    if (execute(connection, kSetPasswordSql, password_hash, now_ms, name) == 0) {
      return no_such_admin();
    }
    execute(connection, kEndSessionsOfAdminSql, name);
    return absl::OkStatus();
  });
}

absl::Status AccountStore::renew_hash(std::string_view name, std::string_view old_hash,
                                      std::string_view new_hash) {
  return database_.write([&](SQLite::Database& connection) {
    const int changed = execute(connection, kRenewHashSql, new_hash, name, old_hash);
    return changed == 1 ? absl::OkStatus() : no_such_admin();
  });
}

absl::StatusOr<std::optional<AdminRecord>> AccountStore::find_admin(std::string_view name) {
  std::optional<AdminRecord> found;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kFindAdminSql);
    bind_values(statement, name);
    if (statement.executeStep()) {
      RowReader row(statement);
      found.emplace();
      found->name = row.text();
      found->password_hash = row.text();
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<AdminSummary>> AccountStore::admins() {
  std::vector<AdminSummary> found;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kAdminsSql);
    while (statement.executeStep()) {
      RowReader row(statement);
      AdminSummary& admin = found.emplace_back();
      admin.name = row.text();
      admin.created_at_ms = row.integer();
      admin.changed_at_ms = row.integer();
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::Status AccountStore::remove_admin(std::string_view name) {
  return database_.write([&](SQLite::Database& connection) {
    execute(connection, kEndSessionsOfAdminSql, name);
    return execute(connection, kRemoveAdminSql, name) == 1 ? absl::OkStatus() : no_such_admin();
  });
}

absl::Status AccountStore::start_session(const SessionRecord& session,
                                         std::string_view password_hash,
                                         std::string_view token_hash,
                                         std::string_view old_token_hash) {
  return database_.write([&](SQLite::Database& connection) {
    execute(connection, kEndByTokenSql, old_token_hash);
    execute(connection, kEndExpiredSql, session.created_at_ms);
    const int made =
        execute(connection, kStartSessionSql, std::string_view(session.id), token_hash,
                session.created_at_ms, session.used_at_ms, session.expires_at_ms,
                std::string_view(session.address), std::string_view(session.user_agent),
                std::string_view(session.admin), password_hash);
    if (made == 0) return no_such_admin();
    execute(connection, kEndOldestSql, std::string_view(session.admin), int64_t{kMaxSessions});
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<SessionRecord>> AccountStore::find_session(std::string_view token_hash,
                                                                        int64_t now_ms,
                                                                        int64_t idle_since_ms) {
  std::optional<SessionRecord> found;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kFindSessionSql);
    bind_values(statement, token_hash, now_ms, idle_since_ms);
    if (statement.executeStep()) found = read_session(statement);
    return absl::OkStatus();
  }));
  return found;
}

absl::Status AccountStore::touch_session(std::string_view id, int64_t now_ms) {
  return database_.write_without_sync([&](SQLite::Database& connection) {
    execute(connection, kTouchSql, now_ms, id);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> AccountStore::end_session(std::string_view id) {
  int ended = 0;
  EASEL_RETURN_IF_ERROR(database_.write([&](SQLite::Database& connection) {
    ended = execute(connection, kEndByIdSql, id);
    return absl::OkStatus();
  }));
  return ended > 0;
}

absl::StatusOr<std::vector<SessionRecord>> AccountStore::sessions(int64_t now_ms,
                                                                  int64_t idle_since_ms) {
  std::vector<SessionRecord> found;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kSessionsSql);
    bind_values(statement, now_ms, idle_since_ms);
    while (statement.executeStep()) found.push_back(read_session(statement));
    return absl::OkStatus();
  }));
  return found;
}

}  // namespace easel
