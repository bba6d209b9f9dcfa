#include "storage/migration_6.h"

namespace easel {
namespace {

// fold_phrase() and search_words() are this program's own functions (migrations.cpp). Where two
// triggers are one now, the one that is spelled so keeps the phrase; the other keeps what it had,
// and is found again once it is edited.
constexpr char kFoldTriggersSql[] = R"sql(
UPDATE OR IGNORE prank_triggers SET folded_phrase = fold_phrase(phrase)
WHERE folded_phrase <> fold_phrase(phrase))sql";

constexpr char kClearSearchSql[] =
    "INSERT INTO generation_search (generation_search) VALUES ('delete-all')";
constexpr char kFillSearchSql[] = R"sql(
INSERT INTO generation_search (rowid, words)
SELECT number, search_words(prompt) FROM generations ORDER BY number)sql";

constexpr char kVersionSql[] = "PRAGMA user_version = 6";

constexpr const char* kStatements[] = {kFoldTriggersSql, kClearSearchSql, kFillSearchSql,
                                       kVersionSql};

}  // namespace

constinit const Migration kMigration6{6, kStatements};

}  // namespace easel
