#include "storage/generation_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "base/error.h"
#include "storage/generation_rows.h"
#include "storage/generation_search.h"
#include "storage/page_cursor.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kFindSql[] = "SELECT number, status FROM generations WHERE id = ?";

constexpr char kInsertSql[] = R"sql(
INSERT INTO generations (id, trace_id, prompt, negative_prompt, model_asked, requested_width,
  requested_height, num_images, settings_json, session_id, created_at_ms, status)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0))sql";

constexpr char kRunningSql[] = "UPDATE generations SET status = 1 WHERE number = ?";

constexpr char kUsedSql[] = R"sql(
UPDATE generations SET model = ?, family = ?, variant = ?, fingerprint = ?, seed = ?, steps = ?,
  width = ?, height = ?, guidance = ?, sampler = ?, warnings_json = ?, seconds_json = ?
WHERE number = ?)sql";

constexpr char kCloseSql[] = R"sql(
UPDATE generations SET status = ?, error_code = ?, error_message = ?, finished_at_ms = ?,
  duration_ms = ?
WHERE number = ?)sql";

constexpr char kFileSql[] = R"sql(
INSERT INTO generation_files (generation, position, picture_file, thumbnail_file, picture_bytes,
  thumbnail_bytes)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (generation, position) DO UPDATE SET picture_file = excluded.picture_file,
  thumbnail_file = excluded.thumbnail_file, picture_bytes = excluded.picture_bytes,
  thumbnail_bytes = excluded.thumbnail_bytes)sql";

constexpr char kInterruptSql[] = R"sql(
UPDATE generations SET status = 5, error_code = 'interrupted',
  error_message = 'the service stopped before the generation was done'
WHERE status IN (0, 1))sql";

constexpr char kKnownPictureSql[] = "SELECT 1 FROM generation_files WHERE picture_file = ?";
constexpr char kKnownThumbnailSql[] = "SELECT 1 FROM generation_files WHERE thumbnail_file = ?";

struct Found {
  int64_t number = 0;
  GenerationStatus status = GenerationStatus::kQueued;
};

// May throw SQLite::Exception, as all below.
std::optional<Found> find(SQLite::Database& connection, std::string_view id) {
  SQLite::Statement statement(connection, kFindSql);
  bind_values(statement, id);
  if (!statement.executeStep()) return std::nullopt;
  RowReader row(statement);
  Found found;
  found.number = row.integer();
  found.status = static_cast<GenerationStatus>(row.integer());
  return found;
}

void write_file(SQLite::Database& connection, int64_t number, const GenerationFile& file) {
  execute(connection, kFileSql, number, int64_t{file.index}, std::string_view(file.picture_file),
          std::string_view(file.thumbnail_file), static_cast<int64_t>(file.picture_bytes),
          static_cast<int64_t>(file.thumbnail_bytes));
}

void write_used(SQLite::Database& connection, int64_t number, const GenerationUsed& used) {
  std::optional<int64_t> seed;
  if (used.seed) seed = static_cast<int64_t>(*used.seed);
  execute(connection, kUsedSql, std::string_view(used.model), std::string_view(used.family),
          std::string_view(used.variant), std::string_view(used.fingerprint), seed, used.steps,
          used.width, used.height, used.guidance, std::string_view(used.sampler),
          std::string_view(warnings_to_json(used.warnings)),
          std::string_view(seconds_to_json(used.seconds)), number);
}

// How a row ends: the columns that every closed row has.
struct Closing {
  GenerationStatus status;
  std::string_view error_code, error_message;
  const GenerationEnd& end;
};

void close_row(SQLite::Database& connection, int64_t number, const Closing& closing) {
  execute(connection, kCloseSql, static_cast<int64_t>(closing.status), closing.error_code,
          closing.error_message, closing.end.finished_at_ms, closing.end.duration_ms, number);
}

// A transaction that runs `change(connection, number)` on the open row of `id`. The arguments must
// outlive it.
template <typename Change>
Database::Body change_of_open_row(const std::string_view& id, const Change& change) {
  return [&](SQLite::Database& connection) -> absl::Status {
    const std::optional<Found> found = find(connection, id);
    if (!found) return absl::NotFoundError("there is no generation of this id");
    if (!is_open(found->status)) {
      return absl::FailedPreconditionError(to_absl(
          concat("the generation has ended already: ", generation_status_name(found->status))));
    }
    change(connection, found->number);
    return absl::OkStatus();
  };
}

template <typename Change>
absl::Status change_open_row(Database& database, std::string_view id, const Change& change) {
  return database.write(change_of_open_row(id, change));
}

}  // namespace

absl::Status GenerationStore::insert_started(const GenerationAsked& asked) {
  if (!is_generation_id(asked.id)) {
    return invalid_field("request_id: 1 to 128 of A-Z a-z 0-9 - _ . : are wanted");
  }
  return database_.write([&](SQLite::Database& connection) -> absl::Status {
    if (find(connection, asked.id)) {
      return absl::AlreadyExistsError("there is a generation of this id already");
    }
    execute(connection, kInsertSql, std::string_view(asked.id), std::string_view(asked.trace_id),
            std::string_view(asked.prompt), asked.negative_prompt, std::string_view(asked.model),
            asked.requested_width, asked.requested_height, int64_t{asked.num_images},
            std::string_view(asked.settings_json), std::string_view(asked.session_id),
            asked.created_at_ms);
    note_prompt(connection, connection.getLastInsertRowid(), asked.prompt);
    return absl::OkStatus();
  });
}

absl::Status GenerationStore::mark_running(std::string_view id) {
  const auto mark = [](SQLite::Database& connection, int64_t number) {
    execute(connection, kRunningSql, number);
  };
  return database_.write_without_sync(change_of_open_row(id, mark));
}

absl::Status GenerationStore::add_file(std::string_view id, const GenerationFile& file) {
  return change_open_row(database_, id, [&](SQLite::Database& connection, int64_t number) {
    write_file(connection, number, file);
  });
}

absl::Status GenerationStore::finish_done(std::string_view id, const GenerationUsed& used,
                                          const std::vector<GenerationFile>& files,
                                          const GenerationEnd& end) {
  return change_open_row(database_, id, [&](SQLite::Database& connection, int64_t number) {
    for (const GenerationFile& file : files) write_file(connection, number, file);
    write_used(connection, number, used);
    close_row(connection, number, {GenerationStatus::kDone, "", "", end});
  });
}

absl::Status GenerationStore::finish_failed(std::string_view id, std::string_view error_code,
                                            std::string_view error_message,
                                            const GenerationEnd& end) {
  return change_open_row(database_, id, [&](SQLite::Database& connection, int64_t number) {
    close_row(connection, number, {GenerationStatus::kFailed, error_code, error_message, end});
  });
}

absl::Status GenerationStore::finish_cancelled(std::string_view id, const GenerationEnd& end) {
  return change_open_row(database_, id, [&](SQLite::Database& connection, int64_t number) {
    close_row(connection, number,
              {GenerationStatus::kCancelled, "cancelled", "the generation was cancelled", end});
  });
}

absl::StatusOr<std::optional<GenerationRecord>> GenerationStore::get(std::string_view id) {
  std::optional<GenerationRecord> record;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    const std::optional<Found> found = find(connection, id);
    if (found) record = read_generations(connection, found->number + 1, 1).front().record;
    return absl::OkStatus();
  }));
  return record;
}

absl::StatusOr<GenerationPage> GenerationStore::page(int limit, std::string_view cursor) {
  if (limit < 1 || limit > kMaxPageItems) {
    return invalid_field("limit: ", limit, " is not in 1 … ", kMaxPageItems);
  }
  EASEL_ASSIGN_OR_RETURN(const int64_t before, number_of_cursor(cursor));
  std::vector<NumberedRecord> rows;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    rows = read_generations(connection, before, int64_t{limit} + 1);  // one more: is there a next?
    return absl::OkStatus();
  }));
  GenerationPage page;
  if (rows.size() > static_cast<size_t>(limit)) {
    rows.pop_back();
    page.next = std::to_string(rows.back().number);
  }
  for (NumberedRecord& row : rows) page.items.push_back(std::move(row.record));
  return page;
}

absl::StatusOr<int64_t> GenerationStore::mark_interrupted_at_start() {
  int64_t count = 0;
  EASEL_RETURN_IF_ERROR(database_.write([&](SQLite::Database& connection) {
    count = execute(connection, kInterruptSql);
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<bool> GenerationStore::is_known(PictureKind kind, std::string_view file) {
  bool known = false;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(
        connection, kind == PictureKind::kPicture ? kKnownPictureSql : kKnownThumbnailSql);
    bind_values(statement, file);
    known = statement.executeStep();
    return absl::OkStatus();
  }));
  return known;
}

}  // namespace easel
