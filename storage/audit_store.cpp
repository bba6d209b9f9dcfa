#include "storage/audit_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/error.h"
#include "storage/page_cursor.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kAddSql[] = R"sql(
INSERT INTO audit_log (at_ms, actor, address, action, target, status, request_id)
VALUES (?, ?, ?, ?, ?, ?, ?))sql";

constexpr char kFinishSql[] =
    "UPDATE audit_log SET status = ?, target = trim(target || ' ' || ?) WHERE number = ?";

constexpr char kForgetFailedLoginsSql[] = R"sql(
DELETE FROM audit_log WHERE action = 'login' AND status >= 400 AND number <= (
  SELECT number FROM audit_log WHERE action = 'login' AND status >= 400
  ORDER BY number DESC LIMIT 1 OFFSET ?))sql";

constexpr char kPageSql[] = R"sql(
SELECT number, at_ms, actor, address, action, target, status, request_id
FROM audit_log WHERE number < ? ORDER BY number DESC LIMIT ?)sql";

AuditEntry read_entry(SQLite::Statement& statement) {
  RowReader row(statement);
  AuditEntry entry;
  entry.number = row.integer();
  entry.at_ms = row.integer();
  entry.actor = row.text();
  entry.address = row.text();
  entry.action = row.text();
  entry.target = row.text();
  entry.status = static_cast<int>(row.integer());
  entry.request_id = row.text();
  return entry;
}

}  // namespace

absl::StatusOr<int64_t> AuditStore::add(const AuditEntry& entry) {
  int64_t number = 0;
  EASEL_RETURN_IF_ERROR(database_.write([&](SQLite::Database& connection) {
    execute(connection, kAddSql, entry.at_ms, std::string_view(entry.actor),
            std::string_view(entry.address), std::string_view(entry.action),
            std::string_view(entry.target), int64_t{entry.status},
            std::string_view(entry.request_id));
    number = connection.getLastInsertRowid();
    if (entry.action == "login" && entry.status >= 400) {
      execute(connection, kForgetFailedLoginsSql, int64_t{kMaxFailedLogins});
    }
    return absl::OkStatus();
  }));
  return number;
}

absl::Status AuditStore::finish(int64_t number, int status, std::string_view target) {
  return database_.write([&](SQLite::Database& connection) {
    execute(connection, kFinishSql, int64_t{status}, target, number);
    return absl::OkStatus();
  });
}

absl::StatusOr<AuditPage> AuditStore::page(int limit, std::string_view cursor) {
  if (limit < 1 || limit > kMaxPageItems) {
    return invalid_field("limit: ", limit, " is not in 1 … ", kMaxPageItems);
  }
  EASEL_ASSIGN_OR_RETURN(const int64_t before, number_of_cursor(cursor));
  AuditPage page;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kPageSql);
    bind_values(statement, before, int64_t{limit} + 1);  // one more: is there a next?
    while (statement.executeStep()) page.items.push_back(read_entry(statement));
    return absl::OkStatus();
  }));
  if (page.items.size() > static_cast<size_t>(limit)) {
    page.items.pop_back();
    page.next = std::to_string(page.items.back().number);
  }
  return page;
}

}  // namespace easel
