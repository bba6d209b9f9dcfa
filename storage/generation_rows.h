// Rows of the generation log as records. For generation_store alone; may throw SQLite::Exception.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/generation_record.h"
#include "storage/sqlite_forward.h"

namespace easel {

struct NumberedRecord {
  int64_t number = 0;  // the row's place in the history
  GenerationRecord record;
};

// The newest `limit` rows whose number is below `before`, newest first, with their files.
std::vector<NumberedRecord> read_generations(SQLite::Database& connection, int64_t before,
                                             int64_t limit);

std::string warnings_to_json(const std::vector<std::string>& warnings);
std::string seconds_to_json(const std::vector<StageTime>& seconds);

}  // namespace easel
