#include "storage/prank_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include "base/error.h"
#include "storage/page_cursor.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

// The columns in the order of read_prank().
#define EASEL_PRANK_COLUMNS                                                              \
  "id, share_slug, builder_slug, title, session_id, is_vip, is_admin_only, view_count, " \
  "created_at_ms, updated_at_ms"

constexpr char kInsertSql[] = R"sql(
INSERT INTO pranks (share_slug, builder_slug, title, session_id, is_vip, is_admin_only,
  created_at_ms, updated_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql";

constexpr char kSlugIsTaken[] = "there is a prank of this share_slug already";

constexpr char kCountSql[] = "SELECT count(*) FROM pranks";
constexpr char kByIdSql[] = "SELECT " EASEL_PRANK_COLUMNS " FROM pranks WHERE id = ?";
constexpr char kByShareSlugSql[] =
    "SELECT " EASEL_PRANK_COLUMNS " FROM pranks WHERE share_slug = ?";
constexpr char kByBuilderSlugSql[] =
    "SELECT " EASEL_PRANK_COLUMNS " FROM pranks WHERE builder_slug = ?";

constexpr char kChangeSql[] = R"sql(
UPDATE pranks SET title = coalesce(?, title), share_slug = coalesce(?, share_slug),
  updated_at_ms = ?
WHERE id = ?)sql";

constexpr char kFilesSql[] =
    "SELECT picture_file, thumbnail_file FROM prank_triggers WHERE prank = ?";
constexpr char kRemoveSql[] = "DELETE FROM pranks WHERE id = ?";

constexpr char kPageSql[] = "SELECT " EASEL_PRANK_COLUMNS R"sql(,
  (SELECT count(*) FROM prank_triggers WHERE prank_triggers.prank = pranks.id)
FROM pranks WHERE id < ? ORDER BY id DESC LIMIT ?)sql";

PrankRecord read_prank(RowReader& row) {
  PrankRecord prank;
  prank.id = row.integer();
  prank.share_slug = row.text();
  prank.builder_slug = row.text();
  prank.title = row.text();
  prank.session_id = row.optional_text();
  prank.is_vip = row.integer() != 0;
  prank.is_admin_only = row.integer() != 0;
  prank.view_count = row.integer();
  prank.created_at_ms = row.integer();
  prank.updated_at_ms = row.integer();
  return prank;
}

template <typename Key>
absl::StatusOr<std::optional<PrankRecord>> find(Database& database, const char* sql,
                                                const Key& key) {
  std::optional<PrankRecord> prank;
  EASEL_RETURN_IF_ERROR(database.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, sql);
    bind_values(statement, key);
    if (statement.executeStep()) {
      RowReader row(statement);
      prank = read_prank(row);
    }
    return absl::OkStatus();
  }));
  return prank;
}

absl::Status no_such_prank() { return absl::NotFoundError("there is no such prank"); }

}  // namespace

absl::StatusOr<int64_t> PrankStore::insert(const PrankRecord& prank, int64_t most) {
  int64_t id = 0;
  const auto body = [&](SQLite::Database& connection) -> absl::Status {
    if (most != kNoLimit && connection.execAndGet(kCountSql).getInt64() >= most) {
      return make_error(Reason::kOutputFailed,
                        concat("this server keeps at most ", most, " pranks, and has them"));
    }
    EASEL_RETURN_IF_ERROR(
        execute_unique(connection, kSlugIsTaken, kInsertSql, std::string_view(prank.share_slug),
                       std::string_view(prank.builder_slug), std::string_view(prank.title),
                       prank.session_id, int64_t{prank.is_vip}, int64_t{prank.is_admin_only},
                       prank.created_at_ms, prank.updated_at_ms)
            .status());
    id = connection.getLastInsertRowid();
    return absl::OkStatus();
  };
  EASEL_RETURN_IF_ERROR(database_.write(body));
  return id;
}

absl::StatusOr<std::optional<PrankRecord>> PrankStore::by_id(int64_t id) {
  return find(database_, kByIdSql, id);
}
absl::StatusOr<std::optional<PrankRecord>> PrankStore::by_share_slug(std::string_view slug) {
  return find(database_, kByShareSlugSql, slug);
}
absl::StatusOr<std::optional<PrankRecord>> PrankStore::by_builder_slug(std::string_view slug) {
  return find(database_, kByBuilderSlugSql, slug);
}

absl::Status PrankStore::change(int64_t id, const PrankChange& change, int64_t now_ms) {
  return database_.write([&](SQLite::Database& connection) -> absl::Status {
    EASEL_ASSIGN_OR_RETURN(const int changed,
                           execute_unique(connection, kSlugIsTaken, kChangeSql, change.title,
                                          change.share_slug, now_ms, id));
    return changed == 0 ? no_such_prank() : absl::OkStatus();
  });
}

absl::StatusOr<std::vector<TriggerFiles>> PrankStore::remove(int64_t id) {
  std::vector<TriggerFiles> files;
  EASEL_RETURN_IF_ERROR(database_.write([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kFilesSql);
    bind_values(statement, id);
    while (statement.executeStep()) {
      RowReader row(statement);
      std::string picture = row.text();
      files.push_back({std::move(picture), row.text()});
    }
    return execute(connection, kRemoveSql, id) == 0 ? no_such_prank() : absl::OkStatus();
  }));
  return files;
}

absl::StatusOr<PrankPage> PrankStore::page(int limit, std::string_view cursor) {
  if (limit < 1 || limit > kMaxPageItems) {
    return invalid_field("limit: ", limit, " is not in 1 … ", kMaxPageItems);
  }
  EASEL_ASSIGN_OR_RETURN(const int64_t before, number_of_cursor(cursor));
  PrankPage page;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kPageSql);
    bind_values(statement, before, int64_t{limit} + 1);  // one more: is there a next?
    while (statement.executeStep()) {
      RowReader row(statement);
      ListedPrank item;
      item.prank = read_prank(row);
      item.trigger_count = row.integer();
      page.items.push_back(std::move(item));
    }
    return absl::OkStatus();
  }));
  if (page.items.size() > static_cast<size_t>(limit)) {
    page.items.pop_back();
    page.next = std::to_string(page.items.back().prank.id);
  }
  return page;
}

}  // namespace easel
