#include "storage/migration_3.h"

namespace easel {
namespace {

//   password_hash  argon2id as libsodium writes it, its parameters included
//   *_at_ms        ms since 1970, UTC
constexpr char kAdminsSql[] = R"sql(
CREATE TABLE admins (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
  password_hash TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL
) STRICT)sql";

// `id` names a session to admins; the cookie's token is known by its SHA-256 alone.
constexpr char kSessionsSql[] = R"sql(
CREATE TABLE admin_sessions (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  token_hash TEXT NOT NULL UNIQUE,
  admin INTEGER NOT NULL REFERENCES admins (number) ON DELETE CASCADE,
  created_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL
) STRICT)sql";

constexpr char kSessionsOfAdminsSql[] = R"sql(
CREATE INDEX sessions_of_admins ON admin_sessions (admin))sql";

// A revoked key stays: it is refused for ever, and its name explains old lines of the audit log.
//   scopes              1 generate + 2 edit + 4 admin
//   units_per_minute/_per_day  NULL: what the gateway's settings say; 0: no limit
//   used_at_ms          NULL: never
constexpr char kKeysSql[] = R"sql(
CREATE TABLE api_keys (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  scopes INTEGER NOT NULL CHECK (scopes BETWEEN 1 AND 7),
  units_per_minute INTEGER CHECK (units_per_minute >= 0),
  units_per_day INTEGER CHECK (units_per_day >= 0),
  created_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER,
  revoked_at_ms INTEGER
) STRICT)sql";

//   actor   "admin:NAME", "key:ID", "local" (the admin command), or "" (nobody yet: a login)
//   action  "POST /api/admin/keys", "login", "admin create"
//   target  what it was done to: the path's parameters, an admin's name
//   status  of the answer; 0: it had not ended
constexpr char kAuditSql[] = R"sql(
CREATE TABLE audit_log (
  number INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  status INTEGER NOT NULL,
  request_id TEXT NOT NULL
) STRICT)sql";

// Failed logins are written by anybody, so that they alone are limited in number.
constexpr char kFailedLoginsSql[] = R"sql(
CREATE INDEX failed_logins ON audit_log (number) WHERE action = 'login' AND status >= 400)sql";

//   day     days since 1970, UTC
//   client  "key:ID" or "address:…"
constexpr char kUsageSql[] = R"sql(
CREATE TABLE usage_of_days (
  day INTEGER NOT NULL,
  client TEXT NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (day, client)
) STRICT, WITHOUT ROWID)sql";

//   engine         "" for none
//   defaults_json  an object of the fields that /api/generate takes
constexpr char kPreferencesSql[] = R"sql(
CREATE TABLE preferences (
  session_id TEXT PRIMARY KEY NOT NULL,
  engine TEXT NOT NULL,
  defaults_json TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID)sql";

constexpr char kOldestPreferencesSql[] = R"sql(
CREATE INDEX oldest_preferences ON preferences (updated_at_ms))sql";

// The frontend's session that a generation belongs to, as its caller says; '' for none. No proof of
// anything, and shown to admins alone.
constexpr char kOwnerSql[] = R"sql(
ALTER TABLE generations ADD COLUMN session_id TEXT NOT NULL DEFAULT '')sql";

constexpr char kVersionSql[] = "PRAGMA user_version = 3";

constexpr const char* kStatements[] = {
    kAdminsSql, kSessionsSql,    kSessionsOfAdminsSql,  kKeysSql,  kAuditSql,   kFailedLoginsSql,
    kUsageSql,  kPreferencesSql, kOldestPreferencesSql, kOwnerSql, kVersionSql,
};

}  // namespace

constinit const Migration kMigration3{3, kStatements};

}  // namespace easel
