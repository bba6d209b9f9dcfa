#include "storage/migrations.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <array>
#include <string>

#include "base/error.h"
#include "storage/fold_phrase.h"
#include "storage/migration_1.h"
#include "storage/migration_2.h"
#include "storage/migration_3.h"
#include "storage/migration_4.h"
#include "storage/migration_5.h"
#include "storage/migration_6.h"
#include "storage/search_words.h"

namespace easel {
namespace {

constexpr char kVersionSql[] = "PRAGMA user_version";
constexpr char kApplicationIdSql[] = "PRAGMA application_id";
constexpr char kNumTablesSql[] = "SELECT count(*) FROM sqlite_schema";
constexpr int kApplicationId = 0x4541534C;

// search_words(TEXT) and fold_phrase(TEXT), for steps that fill what an older version had not.
template <std::string (*Convert)(std::string_view)>
void in_sql(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  const auto* text = static_cast<const char*>(sqlite3_value_blob(values[0]));
  const auto size = static_cast<size_t>(sqlite3_value_bytes(values[0]));
  const std::string result = Convert({text, text == nullptr ? 0 : size});
  sqlite3_result_text(context, result.data(), static_cast<int>(result.size()), SQLITE_TRANSIENT);
}

absl::Status apply(SQLite::Database& connection, const Migration& migration) {
  SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
  for (const char* const statement : migration.statements) connection.exec(statement);
  const int version = connection.execAndGet(kVersionSql).getInt();
  if (version != migration.version) {
    return make_error(Reason::kOutputFailed, concat("step ", migration.version,
                                                    " of the schema leaves version ", version));
  }
  transaction.commit();
  return absl::OkStatus();
}

}  // namespace

absl::Span<const Migration> all_migrations() {
  static const std::array kAll = {kMigration1, kMigration2, kMigration3,
                                  kMigration4, kMigration5, kMigration6};
  return kAll;
}

absl::StatusOr<int> check_schema_version(SQLite::Database& connection,
                                         absl::Span<const Migration> migrations) {
  const int version = connection.execAndGet(kVersionSql).getInt();
  const int application = connection.execAndGet(kApplicationIdSql).getInt();
  const int num_tables = connection.execAndGet(kNumTablesSql).getInt();
  const bool empty = version == 0 && application == 0 && num_tables == 0;
  if (!empty && application != kApplicationId) {
    return make_error(Reason::kOutputFailed, "it is a database, but not one of easel's");
  }
  const int newest = migrations.empty() ? 0 : migrations.back().version;
  if (version < 0 || version > newest) {
    return make_error(Reason::kOutputFailed,
                      concat("its schema has version ", version, ", this program knows up to ",
                             newest, ": it was made by a newer easel"));
  }
  return version;
}

absl::Status migrate(SQLite::Database& connection, absl::Span<const Migration> migrations) {
  connection.createFunction("search_words", /*aNbArg=*/1, /*abDeterministic=*/true,
                            /*apApp=*/nullptr, &in_sql<&search_words>);
  connection.createFunction("fold_phrase", /*aNbArg=*/1, /*abDeterministic=*/true,
                            /*apApp=*/nullptr, &in_sql<&fold_phrase>);
  const int version = connection.execAndGet(kVersionSql).getInt();
  for (const Migration& migration : migrations) {
    if (migration.version > version) EASEL_RETURN_IF_ERROR(apply(connection, migration));
  }
  return absl::OkStatus();
}

}  // namespace easel
