#include "storage/prank_visits.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "base/error.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr int64_t kMsPerDay = 86'400'000;

constexpr char kViewSql[] =
    "UPDATE pranks SET view_count = view_count + 1 WHERE id = ? RETURNING view_count";
constexpr char kExistsSql[] = "SELECT 1 FROM pranks WHERE id = ?";

constexpr char kCountDaySql[] = R"sql(
UPDATE prank_days SET views = views + ?, prompts = prompts + ?, hits = hits + ?
WHERE prank = ? AND day = ?)sql";
constexpr char kNewDaySql[] = R"sql(
INSERT INTO prank_days (prank, day, views, prompts, hits) VALUES (?, ?, ?, ?, ?))sql";
constexpr char kForgetDaysSql[] = "DELETE FROM prank_days WHERE prank = ? AND day <= ?";

constexpr char kHitSql[] =
    "UPDATE prank_triggers SET hit_count = hit_count + 1 WHERE id = ? AND prank = ?";
constexpr char kPromptSql[] = R"sql(
INSERT INTO prank_prompts (prank, prompt, trigger_id, generation_id, created_at_ms)
VALUES (?, ?, ?, ?, ?))sql";
constexpr char kForgetPromptsSql[] = R"sql(
DELETE FROM prank_prompts WHERE prank = ?1 AND number <= (
  SELECT number FROM prank_prompts WHERE prank = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2))sql";

constexpr char kDaysSql[] = R"sql(
SELECT day, views, prompts, hits FROM prank_days WHERE prank = ? ORDER BY day DESC)sql";
constexpr char kPromptsSql[] = R"sql(
SELECT prompt, trigger_id, generation_id, created_at_ms FROM prank_prompts
WHERE prank = ? ORDER BY number DESC LIMIT ?)sql";

// All below may throw SQLite::Exception.

void count_on_day(SQLite::Database& connection, int64_t prank, const VisitDay& more) {
  if (execute(connection, kCountDaySql, more.views, more.prompts, more.hits, prank, more.day) > 0) {
    return;
  }
  execute(connection, kNewDaySql, prank, more.day, more.views, more.prompts, more.hits);
  execute(connection, kForgetDaysSql, prank, more.day - PrankVisits::kKeptDays);
}

bool exists(SQLite::Database& connection, int64_t prank) {
  SQLite::Statement statement(connection, kExistsSql);
  bind_values(statement, prank);
  return statement.executeStep();
}

}  // namespace

absl::StatusOr<std::optional<int64_t>> PrankVisits::count_view(int64_t prank, int64_t now_ms) {
  std::optional<int64_t> view_count;
  EASEL_RETURN_IF_ERROR(database_.write_without_sync([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kViewSql);
    bind_values(statement, prank);
    if (!statement.executeStep()) return absl::OkStatus();
    view_count = RowReader(statement).integer();
    statement.executeStep();  // to its end: RETURNING gives its rows before that
    count_on_day(connection, prank, {now_ms / kMsPerDay, 1, 0, 0});
    return absl::OkStatus();
  }));
  return view_count;
}

absl::Status PrankVisits::record_prompt(int64_t prank, const VisitorPrompt& prompt) {
  return database_.write_without_sync([&](SQLite::Database& connection) {
    if (!exists(connection, prank)) return absl::OkStatus();
    std::optional<int64_t> trigger = prompt.trigger_id;
    if (trigger && execute(connection, kHitSql, *trigger, prank) == 0) trigger.reset();
    execute(connection, kPromptSql, prank, std::string_view(prompt.prompt), trigger,
            std::string_view(prompt.generation_id), prompt.created_at_ms);
    execute(connection, kForgetPromptsSql, prank, kKeptPrompts);
    count_on_day(connection, prank, {prompt.created_at_ms / kMsPerDay, 0, 1, trigger ? 1 : 0});
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<VisitDay>> PrankVisits::days(int64_t prank) {
  std::vector<VisitDay> days;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kDaysSql);
    bind_values(statement, prank);
    while (statement.executeStep()) {
      RowReader row(statement);
      VisitDay day;
      day.day = row.integer();
      day.views = row.integer();
      day.prompts = row.integer();
      day.hits = row.integer();
      days.push_back(day);
    }
    return absl::OkStatus();
  }));
  return days;
}

absl::StatusOr<std::vector<VisitorPrompt>> PrankVisits::prompts(int64_t prank, int64_t limit) {
  std::vector<VisitorPrompt> prompts;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kPromptsSql);
    bind_values(statement, prank, limit);
    while (statement.executeStep()) {
      RowReader row(statement);
      VisitorPrompt prompt;
      prompt.prompt = row.text();
      prompt.trigger_id = row.optional_integer();
      prompt.generation_id = row.text();
      prompt.created_at_ms = row.integer();
      prompts.push_back(std::move(prompt));
    }
    return absl::OkStatus();
  }));
  return prompts;
}

}  // namespace easel
