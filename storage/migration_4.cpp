#include "storage/migration_4.h"

namespace easel {
namespace {

// The words of each generation's prompt (search_words), by its number; the prompts themselves are
// not kept twice. What the tokenizer takes for a word is what search_words does, which has folded
// everything already.
constexpr char kSearchSql[] = R"sql(
CREATE VIRTUAL TABLE generation_search USING fts5 (
  words,
  content = '',
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co So'"
))sql";

// search_words() is this program's own function (migrations.cpp).
constexpr char kFillSearchSql[] = R"sql(
INSERT INTO generation_search (rowid, words)
SELECT number, search_words(prompt) FROM generations ORDER BY number)sql";

// A prompt, how often it was asked for, and the newest generation that did.
constexpr char kPromptsSql[] = R"sql(
CREATE TABLE prompts (
  number INTEGER PRIMARY KEY,
  prompt TEXT NOT NULL UNIQUE,
  uses INTEGER NOT NULL,
  newest INTEGER NOT NULL
) STRICT)sql";

constexpr char kFillPromptsSql[] = R"sql(
INSERT INTO prompts (prompt, uses, newest)
SELECT prompt, count(*), max(number) FROM generations GROUP BY prompt)sql";

constexpr char kNewestPromptsSql[] = "CREATE INDEX newest_prompts ON prompts (newest)";

// For lists of one status or model; a row's number is part of every index. The start finds the open
// rows by the one of the states.
constexpr char kDropOpenSql[] = "DROP INDEX open_generations";
constexpr char kByStatusSql[] = "CREATE INDEX generations_by_status ON generations (status)";
constexpr char kByModelSql[] = "CREATE INDEX generations_by_model ON generations (model)";

constexpr char kVersionSql[] = "PRAGMA user_version = 4";

constexpr const char* kStatements[] = {
    kSearchSql,   kFillSearchSql, kPromptsSql, kFillPromptsSql, kNewestPromptsSql,
    kDropOpenSql, kByStatusSql,   kByModelSql, kVersionSql,
};

}  // namespace

constinit const Migration kMigration4{4, kStatements};

}  // namespace easel
