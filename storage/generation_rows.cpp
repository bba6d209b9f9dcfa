#include "storage/generation_rows.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "storage/sql_values.h"

namespace easel {
namespace {

using Json = nlohmann::json;

constexpr char kPageSql[] = R"sql(
SELECT number, id, trace_id, prompt, negative_prompt, model_asked, requested_width,
  requested_height, num_images, settings_json, session_id, created_at_ms, status, model, family,
  variant, fingerprint, seed, steps, width, height, guidance, sampler, warnings_json, seconds_json,
  finished_at_ms, duration_ms, error_code, error_message
FROM generations WHERE number < ? ORDER BY number DESC LIMIT ?)sql";

constexpr char kFilesSql[] = R"sql(
SELECT generation, position, picture_file, thumbnail_file, picture_bytes, thumbnail_bytes
FROM generation_files WHERE generation BETWEEN ? AND ?
ORDER BY generation DESC, position)sql";

// Bad UTF-8 becomes U+FFFD: the strict handler throws.
std::string dump(const Json& json) {
  return json.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

// Elements that are not what warnings_to_json writes are left out: one odd row, edited by hand, is
// no reason to withhold the page.
std::vector<std::string> warnings_from_json(const std::string& text) {
  std::vector<std::string> warnings;
  for (const Json& item : Json::parse(text, nullptr, /*allow_exceptions=*/false)) {
    if (item.is_string()) warnings.push_back(item.get<std::string>());
  }
  return warnings;
}

std::vector<StageTime> seconds_from_json(const std::string& text) {
  std::vector<StageTime> seconds;
  for (const Json& item : Json::parse(text, nullptr, /*allow_exceptions=*/false)) {
    if (!item.is_object()) continue;
    const auto stage = item.find("stage");
    const auto time = item.find("seconds");
    if (stage == item.end() || !stage->is_string()) continue;
    if (time == item.end() || !time->is_number()) continue;
    seconds.push_back({stage->get<std::string>(), time->get<double>()});
  }
  return seconds;
}

// In the order of kPageSql.
GenerationAsked read_asked(RowReader& row) {
  GenerationAsked asked;
  asked.id = row.text();
  asked.trace_id = row.text();
  asked.prompt = row.text();
  asked.negative_prompt = row.optional_text();
  asked.model = row.text();
  asked.requested_width = row.optional_integer();
  asked.requested_height = row.optional_integer();
  asked.num_images = static_cast<int>(row.integer());
  asked.settings_json = row.text();
  asked.session_id = row.text();
  asked.created_at_ms = row.integer();
  return asked;
}

GenerationUsed read_used(RowReader& row) {
  GenerationUsed used;
  used.model = row.text();
  used.family = row.text();
  used.variant = row.text();
  used.fingerprint = row.text();
  if (const auto seed = row.optional_integer()) used.seed = static_cast<uint64_t>(*seed);
  used.steps = row.optional_integer();
  used.width = row.optional_integer();
  used.height = row.optional_integer();
  used.guidance = row.optional_real();
  used.sampler = row.text();
  used.warnings = warnings_from_json(row.text());
  used.seconds = seconds_from_json(row.text());
  return used;
}

NumberedRecord read_row(SQLite::Statement& statement) {
  RowReader row(statement);
  NumberedRecord result;
  result.number = row.integer();
  result.record.asked = read_asked(row);
  result.record.status = static_cast<GenerationStatus>(row.integer());
  result.record.used = read_used(row);
  const std::optional<int64_t> finished_at_ms = row.optional_integer();
  const std::optional<int64_t> duration_ms = row.optional_integer();
  if (finished_at_ms) result.record.end = GenerationEnd{*finished_at_ms, duration_ms.value_or(0)};
  result.record.error_code = row.text();
  result.record.error_message = row.text();
  return result;
}

// Gives each of `rows` (newest first) its files: both lists are walked once.
void read_files(SQLite::Database& connection, std::vector<NumberedRecord>& rows) {
  if (rows.empty()) return;
  SQLite::Statement statement(connection, kFilesSql);
  bind_values(statement, rows.back().number, rows.front().number);
  auto at = rows.begin();
  while (statement.executeStep()) {
    RowReader row(statement);
    const int64_t generation = row.integer();
    while (at != rows.end() && at->number > generation) ++at;
    if (at == rows.end()) break;
    if (at->number != generation) continue;  // a foreign key forbids it: edited from outside
    GenerationFile file;
    file.index = static_cast<int>(row.integer());
    file.picture_file = row.text();
    file.thumbnail_file = row.text();
    file.picture_bytes = static_cast<uint64_t>(row.integer());
    file.thumbnail_bytes = static_cast<uint64_t>(row.integer());
    at->record.files.push_back(std::move(file));
  }
}

}  // namespace

std::vector<NumberedRecord> read_generations(SQLite::Database& connection, int64_t before,
                                             int64_t limit) {
  std::vector<NumberedRecord> rows;
  SQLite::Statement statement(connection, kPageSql);
  bind_values(statement, before, limit);
  while (statement.executeStep()) rows.push_back(read_row(statement));
  read_files(connection, rows);
  return rows;
}

std::string warnings_to_json(const std::vector<std::string>& warnings) {
  return dump(Json(warnings));
}

std::string seconds_to_json(const std::vector<StageTime>& seconds) {
  Json list = Json::array();
  for (const StageTime& item : seconds) {
    list.push_back({{"stage", item.stage}, {"seconds", item.seconds}});
  }
  return dump(list);
}

}  // namespace easel
