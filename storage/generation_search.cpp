#include "storage/generation_search.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <utility>

#include "base/error.h"
#include "storage/generation_rows.h"
#include "storage/page_cursor.h"
#include "storage/search_words.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

// CROSS JOIN: the index of words leads, which gives numbers in their order.
constexpr char kByWordsSql[] = R"sql(
SELECT g.number FROM generation_search AS s CROSS JOIN generations AS g ON g.number = s.rowid
WHERE s.generation_search MATCH ? AND s.rowid < ?)sql";
constexpr char kAllSql[] = "SELECT g.number FROM generations AS g WHERE g.number < ?";
constexpr char kOfStatusSql[] = " AND g.status = ?";
constexpr char kOfModelSql[] = " AND g.model = ?";
constexpr char kNewestWordsFirstSql[] = " ORDER BY s.rowid DESC LIMIT ?";
constexpr char kNewestFirstSql[] = " ORDER BY g.number DESC LIMIT ?";

constexpr char kAddWordsSql[] = "INSERT INTO generation_search (rowid, words) VALUES (?, ?)";
constexpr char kAddPromptSql[] = R"sql(
INSERT INTO prompts (prompt, uses, newest) VALUES (?, 1, ?)
ON CONFLICT (prompt) DO UPDATE SET uses = uses + 1, newest = excluded.newest)sql";

// The index keeps no text: it has to be told what it was given.
constexpr char kRemoveWordsSql[] = R"sql(
INSERT INTO generation_search (generation_search, rowid, words) VALUES ('delete', ?, ?))sql";
constexpr char kForgetPromptSql[] = "DELETE FROM prompts WHERE prompt = ? AND uses <= 1";
constexpr char kCountPromptSql[] = "UPDATE prompts SET uses = uses - 1 WHERE prompt = ?";
constexpr char kOlderPromptSql[] = R"sql(
UPDATE prompts SET newest = (SELECT max(number) FROM generations WHERE prompt = ?1)
WHERE prompt = ?1 AND newest = ?2)sql";

constexpr char kPromptsSql[] = R"sql(
SELECT p.newest, p.prompt, p.uses, coalesce(g.id, ''), coalesce(g.created_at_ms, 0)
FROM prompts AS p LEFT JOIN generations AS g ON g.number = p.newest
WHERE p.newest < ? ORDER BY p.newest DESC LIMIT ?)sql";

absl::Status check_limit(int limit) {
  if (limit >= 1 && limit <= GenerationStore::kMaxPageItems) return absl::OkStatus();
  return invalid_field("limit: ", limit, " is not in 1 … ", GenerationStore::kMaxPageItems);
}

// `words` is search_query()'s, "" where the text does not matter.
std::vector<int64_t> find_numbers(SQLite::Database& connection, const GenerationQuery& query,
                                  const std::string& words, int64_t before, int64_t limit) {
  std::string sql = words.empty() ? kAllSql : kByWordsSql;
  if (query.status) sql += kOfStatusSql;
  if (!query.model.empty()) sql += kOfModelSql;
  sql += words.empty() ? kNewestFirstSql : kNewestWordsFirstSql;
  SQLite::Statement statement(connection, sql);
  int position = 0;
  if (!words.empty()) bind_value(statement, ++position, std::string_view(words));
  bind_value(statement, ++position, before);
  if (query.status) bind_value(statement, ++position, static_cast<int64_t>(*query.status));
  if (!query.model.empty()) bind_value(statement, ++position, std::string_view(query.model));
  bind_value(statement, ++position, limit);
  std::vector<int64_t> numbers;
  while (statement.executeStep()) numbers.push_back(RowReader(statement).integer());
  return numbers;
}

}  // namespace

absl::StatusOr<GenerationPage> GenerationSearch::page(const GenerationQuery& query, int limit,
                                                      std::string_view cursor) {
  EASEL_RETURN_IF_ERROR(check_limit(limit));
  EASEL_ASSIGN_OR_RETURN(const int64_t before, number_of_cursor(cursor));
  const std::string words = search_query(query.text);
  GenerationPage page;
  if (words.empty() && !query.text.empty()) return page;
  EASEL_RETURN_IF_ERROR(database_.search([&](SQLite::Database& connection) {
    // One more: is there a next page?
    std::vector<int64_t> numbers =
        find_numbers(connection, query, words, before, int64_t{limit} + 1);
    if (numbers.size() > static_cast<size_t>(limit)) {
      numbers.pop_back();
      page.next = std::to_string(numbers.back());
    }
    for (const int64_t number : numbers) {
      for (NumberedRecord& row : read_generations(connection, number + 1, 1)) {
        page.items.push_back(std::move(row.record));
      }
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<PromptPage> GenerationSearch::prompts(int limit, std::string_view cursor) {
  EASEL_RETURN_IF_ERROR(check_limit(limit));
  EASEL_ASSIGN_OR_RETURN(const int64_t before, number_of_cursor(cursor));
  PromptPage page;
  EASEL_RETURN_IF_ERROR(database_.search([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kPromptsSql);
    bind_values(statement, before, int64_t{limit} + 1);
    int64_t last = 0;
    while (statement.executeStep()) {
      if (page.items.size() == static_cast<size_t>(limit)) {
        page.next = std::to_string(last);
        break;
      }
      RowReader row(statement);
      last = row.integer();
      UsedPrompt used;
      used.prompt = row.text();
      used.uses = row.integer();
      used.generation_id = row.text();
      used.used_at_ms = row.integer();
      page.items.push_back(std::move(used));
    }
    return absl::OkStatus();
  }));
  return page;
}

void note_prompt(SQLite::Database& connection, int64_t number, std::string_view prompt) {
  execute(connection, kAddWordsSql, number, std::string_view(search_words(prompt)));
  execute(connection, kAddPromptSql, prompt, number);
}

void forget_prompt(SQLite::Database& connection, int64_t number, std::string_view prompt) {
  execute(connection, kRemoveWordsSql, number, std::string_view(search_words(prompt)));
  if (execute(connection, kForgetPromptSql, prompt) > 0) return;
  execute(connection, kCountPromptSql, prompt);
  execute(connection, kOlderPromptSql, prompt, number);
}

}  // namespace easel
