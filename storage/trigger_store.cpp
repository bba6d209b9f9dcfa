#include "storage/trigger_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "storage/fold_phrase.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kCountSql[] = "SELECT count(*) FROM prank_triggers WHERE prank = ?";
constexpr char kTouchSql[] = "UPDATE pranks SET updated_at_ms = ? WHERE id = ?";

constexpr char kInsertSql[] = R"sql(
INSERT INTO prank_triggers (prank, phrase, folded_phrase, match_kind, priority, generation,
  picture_file, thumbnail_file, created_at_ms, updated_at_ms)
VALUES (?, ?, ?, ?, ?, (SELECT number FROM generations WHERE id = ?), ?, ?, ?, ?))sql";

constexpr char kPhraseIsTaken[] = "the prank has a trigger of this phrase and kind already";

constexpr char kFilesSql[] =
    "SELECT picture_file, thumbnail_file FROM prank_triggers WHERE id = ? AND prank = ?";

constexpr char kChangeSql[] = R"sql(
UPDATE prank_triggers SET phrase = coalesce(?, phrase), folded_phrase = coalesce(?, folded_phrase),
  match_kind = coalesce(?, match_kind), priority = coalesce(?, priority), updated_at_ms = ?
WHERE id = ?)sql";

constexpr char kChangePictureSql[] = R"sql(
UPDATE prank_triggers SET picture_file = ?, thumbnail_file = ?,
  generation = (SELECT number FROM generations WHERE generations.id = ?)
WHERE id = ?)sql";

constexpr char kRemoveSql[] = "DELETE FROM prank_triggers WHERE id = ?";

constexpr char kIdsSql[] = "SELECT id FROM prank_triggers WHERE prank = ?";
constexpr char kPrioritySql[] =
    "UPDATE prank_triggers SET priority = ?, updated_at_ms = ? WHERE id = ?";

constexpr char kListSql[] = R"sql(
SELECT prank_triggers.id, phrase, match_kind, priority, picture_file, thumbnail_file,
  generations.id, hit_count, prank_triggers.created_at_ms, updated_at_ms, folded_phrase
FROM prank_triggers LEFT JOIN generations ON generations.number = prank_triggers.generation
WHERE prank = ?)sql";

// Those that could match: of the exact ones only the prompt's own. The planner would take the
// index of the UNIQUE rule for the exact one, and a page of the table for its priority.
constexpr char kExactSql[] = R"sql(
SELECT id, match_kind, priority, folded_phrase
FROM prank_triggers INDEXED BY prank_trigger_candidates
WHERE prank = ? AND match_kind = 0 AND folded_phrase = ?)sql";
constexpr char kOthersSql[] = R"sql(
SELECT id, match_kind, priority, folded_phrase FROM prank_triggers
WHERE prank = ? AND match_kind IN (1, 2))sql";

constexpr char kKnownPictureSql[] = "SELECT 1 FROM prank_triggers WHERE picture_file = ?";
constexpr char kKnownThumbnailSql[] = "SELECT 1 FROM prank_triggers WHERE thumbnail_file = ?";

// All below may throw SQLite::Exception.

// The prank has changed with its triggers; absl::IsNotFound without it.
absl::Status touch_prank(SQLite::Database& connection, int64_t prank, int64_t now_ms) {
  if (execute(connection, kTouchSql, now_ms, prank) > 0) return absl::OkStatus();
  return absl::NotFoundError("there is no such prank");
}

absl::StatusOr<TriggerFiles> files_of(SQLite::Database& connection, int64_t prank, int64_t id) {
  SQLite::Statement statement(connection, kFilesSql);
  bind_values(statement, id, prank);
  if (!statement.executeStep()) return absl::NotFoundError("the prank has no such trigger");
  RowReader row(statement);
  TriggerFiles files;
  files.picture_file = row.text();
  files.thumbnail_file = row.text();
  return files;
}

absl::StatusOr<std::string> folded(const std::string& phrase) {
  std::string result = fold_phrase(phrase);
  if (result.empty()) return invalid_field("phrase: it has nothing in it that can be seen");
  return result;
}

std::set<int64_t> ids_of(SQLite::Database& connection, int64_t prank) {
  std::set<int64_t> ids;
  SQLite::Statement statement(connection, kIdsSql);
  bind_values(statement, prank);
  while (statement.executeStep()) ids.insert(RowReader(statement).integer());
  return ids;
}

// A trigger, and what its place in the list depends on.
struct RankedTrigger {
  TriggerCandidate rank;
  TriggerRecord trigger;
};

RankedTrigger read_trigger(SQLite::Statement& statement) {
  RowReader row(statement);
  TriggerRecord trigger;
  trigger.id = row.integer();
  trigger.phrase = row.text();
  trigger.match = static_cast<MatchKind>(row.integer());
  trigger.priority = row.integer();
  trigger.files.picture_file = row.text();
  trigger.files.thumbnail_file = row.text();
  trigger.generation_id = row.optional_text();
  trigger.hit_count = row.integer();
  trigger.created_at_ms = row.integer();
  trigger.updated_at_ms = row.integer();
  TriggerCandidate rank{trigger.id, trigger.match, trigger.priority, row.text()};
  return {std::move(rank), std::move(trigger)};
}

template <typename... Values>
void add_candidates(SQLite::Database& connection, std::vector<TriggerCandidate>& candidates,
                    const char* sql, const Values&... values) {
  SQLite::Statement statement(connection, sql);
  bind_values(statement, values...);
  while (statement.executeStep()) {
    RowReader row(statement);
    TriggerCandidate candidate;
    candidate.id = row.integer();
    candidate.match = static_cast<MatchKind>(row.integer());
    candidate.priority = row.integer();
    candidate.folded_phrase = row.text();
    candidates.push_back(std::move(candidate));
  }
}

}  // namespace

absl::StatusOr<int64_t> TriggerStore::insert(int64_t prank, const NewTrigger& trigger,
                                             int64_t now_ms) {
  EASEL_ASSIGN_OR_RETURN(const std::string folded_phrase, folded(trigger.phrase));
  int64_t id = 0;
  const auto body = [&](SQLite::Database& connection) -> absl::Status {
    EASEL_RETURN_IF_ERROR(touch_prank(connection, prank, now_ms));
    SQLite::Statement count(connection, kCountSql);
    bind_values(count, prank);
    count.executeStep();
    if (RowReader(count).integer() >= kMaxTriggersPerPrank) {
      return invalid_field("a prank may have ", kMaxTriggersPerPrank, " triggers");
    }
    EASEL_RETURN_IF_ERROR(
        execute_unique(connection, kPhraseIsTaken, kInsertSql, prank,
                       std::string_view(trigger.phrase), std::string_view(folded_phrase),
                       static_cast<int64_t>(trigger.match), trigger.priority,
                       std::string_view(trigger.picture.generation_id),
                       std::string_view(trigger.picture.files.picture_file),
                       std::string_view(trigger.picture.files.thumbnail_file), now_ms, now_ms)
            .status());
    id = connection.getLastInsertRowid();
    return absl::OkStatus();
  };
  EASEL_RETURN_IF_ERROR(database_.write(body));
  return id;
}

absl::StatusOr<std::optional<TriggerFiles>> TriggerStore::change(int64_t prank, int64_t id,
                                                                 const TriggerChange& change,
                                                                 int64_t now_ms) {
  std::optional<std::string> folded_phrase;
  if (change.phrase) {
    EASEL_ASSIGN_OR_RETURN(folded_phrase, folded(*change.phrase));
  }
  std::optional<int64_t> kind;
  if (change.match) kind = static_cast<int64_t>(*change.match);
  std::optional<TriggerFiles> left;
  const auto body = [&](SQLite::Database& connection) -> absl::Status {
    EASEL_ASSIGN_OR_RETURN(const TriggerFiles before, files_of(connection, prank, id));
    EASEL_RETURN_IF_ERROR(execute_unique(connection, kPhraseIsTaken, kChangeSql, change.phrase,
                                         folded_phrase, kind, change.priority, now_ms, id)
                              .status());
    if (change.picture) {
      execute(connection, kChangePictureSql, std::string_view(change.picture->files.picture_file),
              std::string_view(change.picture->files.thumbnail_file),
              std::string_view(change.picture->generation_id), id);
      left = before;
    }
    return touch_prank(connection, prank, now_ms);
  };
  EASEL_RETURN_IF_ERROR(database_.write(body));
  return left;
}

absl::StatusOr<TriggerFiles> TriggerStore::remove(int64_t prank, int64_t id, int64_t now_ms) {
  TriggerFiles files;
  const auto body = [&](SQLite::Database& connection) -> absl::Status {
    EASEL_ASSIGN_OR_RETURN(files, files_of(connection, prank, id));
    execute(connection, kRemoveSql, id);
    return touch_prank(connection, prank, now_ms);
  };
  EASEL_RETURN_IF_ERROR(database_.write(body));
  return files;
}

absl::Status TriggerStore::reorder(int64_t prank, absl::Span<const int64_t> ids, int64_t now_ms) {
  return database_.write([&](SQLite::Database& connection) -> absl::Status {
    EASEL_RETURN_IF_ERROR(touch_prank(connection, prank, now_ms));
    const std::set<int64_t> wanted(ids.begin(), ids.end());
    if (wanted.size() != ids.size() || wanted != ids_of(connection, prank)) {
      return invalid_field("ids: they must be those of all the prank's triggers, each once");
    }
    auto priority = static_cast<int64_t>(ids.size());
    for (const int64_t id : ids) execute(connection, kPrioritySql, priority--, now_ms, id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<TriggerRecord>> TriggerStore::list(int64_t prank) {
  std::vector<RankedTrigger> ranked;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kListSql);
    bind_values(statement, prank);
    while (statement.executeStep()) ranked.push_back(read_trigger(statement));
    return absl::OkStatus();
  }));
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return is_tried_before(a.rank, b.rank); });
  std::vector<TriggerRecord> triggers;
  triggers.reserve(ranked.size());
  for (RankedTrigger& item : ranked) triggers.push_back(std::move(item.trigger));
  return triggers;
}

absl::StatusOr<std::optional<TriggerRecord>> TriggerStore::get(int64_t prank, int64_t id) {
  EASEL_ASSIGN_OR_RETURN(std::vector<TriggerRecord> triggers, list(prank));
  for (TriggerRecord& trigger : triggers) {
    if (trigger.id == id) return std::optional(std::move(trigger));
  }
  return std::optional<TriggerRecord>();
}

absl::StatusOr<std::optional<TriggerHit>> TriggerStore::find_match(int64_t prank,
                                                                   std::string_view prompt) {
  const std::string folded_prompt = fold_phrase(prompt);
  std::vector<TriggerCandidate> candidates;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    add_candidates(connection, candidates, kExactSql, prank, std::string_view(folded_prompt));
    add_candidates(connection, candidates, kOthersSql, prank);
    return absl::OkStatus();
  }));
  // Between two turns of the connection: comparing long texts would hold up whoever reads.
  while (const TriggerCandidate* const best = match_trigger(candidates, folded_prompt)) {
    std::optional<TriggerHit> hit;
    EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
      const absl::StatusOr<TriggerFiles> files = files_of(connection, prank, best->id);
      if (files.ok()) hit = TriggerHit{best->id, *files};
      return absl::OkStatus();
    }));
    if (hit) return hit;
    // It went between the two; the next one answers.
    candidates.erase(candidates.begin() + (best - candidates.data()));
  }
  return std::optional<TriggerHit>();
}

absl::StatusOr<bool> TriggerStore::is_known(PictureKind kind, std::string_view file) {
  bool known = false;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(
        connection, kind == PictureKind::kPrankPicture ? kKnownPictureSql : kKnownThumbnailSql);
    bind_values(statement, file);
    known = statement.executeStep();
    return absl::OkStatus();
  }));
  return known;
}

}  // namespace easel
