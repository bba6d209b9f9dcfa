#include "storage/generation_removal.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <utility>

#include "base/error.h"
#include "storage/generation_record.h"
#include "storage/generation_search.h"
#include "storage/sql_values.h"

namespace easel {
namespace {

constexpr char kFindSql[] = "SELECT number, status, prompt FROM generations WHERE id = ?";
constexpr char kFilesSql[] =
    "SELECT picture_file, thumbnail_file FROM generation_files WHERE generation = ?";
constexpr char kRemoveSql[] = "DELETE FROM generations WHERE number = ?";
constexpr char kOldestSql[] =
    "SELECT id, created_at_ms, status FROM generations ORDER BY number LIMIT ?";

struct Removed {
  std::string picture_file, thumbnail_file;
};

// May throw SQLite::Exception.
std::vector<Removed> files_of(SQLite::Database& connection, int64_t number) {
  std::vector<Removed> files;
  SQLite::Statement statement(connection, kFilesSql);
  bind_values(statement, number);
  while (statement.executeStep()) {
    RowReader row(statement);
    std::string picture = row.text();
    files.push_back({std::move(picture), row.text()});
  }
  return files;
}

// May throw SQLite::Exception.
absl::StatusOr<std::vector<Removed>> remove_row(SQLite::Database& connection, std::string_view id) {
  SQLite::Statement statement(connection, kFindSql);
  bind_values(statement, id);
  if (!statement.executeStep()) return absl::NotFoundError("there is no generation of this id");
  RowReader row(statement);
  const int64_t number = row.integer();
  if (is_open(static_cast<GenerationStatus>(row.integer()))) {
    return absl::FailedPreconditionError("the generation has not ended: cancel it first");
  }
  const std::string prompt = row.text();
  std::vector<Removed> files = files_of(connection, number);
  execute(connection, kRemoveSql, number);
  forget_prompt(connection, number, prompt);
  return files;
}

}  // namespace

absl::Status GenerationRemoval::remove(std::string_view id) {
  std::vector<Removed> files;
  EASEL_RETURN_IF_ERROR(database_.write([&](SQLite::Database& connection) -> absl::Status {
    EASEL_ASSIGN_OR_RETURN(files, remove_row(connection, id));
    return absl::OkStatus();
  }));
  absl::Status status;
  for (const Removed& file : files) {
    status.Update(pictures_.remove(PictureKind::kPicture, file.picture_file));
    status.Update(pictures_.remove(PictureKind::kThumbnail, file.thumbnail_file));
  }
  return status;
}

absl::StatusOr<std::vector<std::string>> GenerationRemoval::oldest_before(int64_t created_at_ms,
                                                                          int64_t limit) {
  std::vector<std::string> ids;
  EASEL_RETURN_IF_ERROR(database_.read([&](SQLite::Database& connection) {
    SQLite::Statement statement(connection, kOldestSql);
    bind_values(statement, limit);
    while (statement.executeStep()) {
      RowReader row(statement);
      std::string id = row.text();
      if (row.integer() >= created_at_ms) break;
      if (is_open(static_cast<GenerationStatus>(row.integer()))) break;
      ids.push_back(std::move(id));
    }
    return absl::OkStatus();
  }));
  return ids;
}

}  // namespace easel
