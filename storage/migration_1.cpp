#include "storage/migration_1.h"

namespace easel {
namespace {

// "EASL"
constexpr char kApplicationIdSql[] = "PRAGMA application_id = 0x4541534C";

// One row: when this database was made. Picture files that are older belong to another one.
constexpr char kDatabaseInfoSql[] = R"sql(
CREATE TABLE database_info (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  created_at_ms INTEGER NOT NULL
) STRICT)sql";

constexpr char kInsertDatabaseInfoSql[] = R"sql(
INSERT INTO database_info (only, created_at_ms)
VALUES (1, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)))sql";

// A generation. `number` counts up in the order of arrival, whatever the clock does: it is the
// history's order and its cursor. NULL means: not known, because the request left it to the model
// (requested_*), no generation has told yet (seed … guidance), or it has not ended (finished_at_ms,
// duration_ms); a negative_prompt of NULL differs from ''.
//   status         0 queued, 1 running, 2 done, 3 failed, 4 cancelled, 5 interrupted
//   *_at_ms        ms since 1970, UTC
//   settings_json  the request as it was sent, without pictures
//   warnings_json  ["…"]            seconds_json  [{"stage": "encode", "seconds": 0.1}]
constexpr char kGenerationsSql[] = R"sql(
CREATE TABLE generations (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 128),
  trace_id TEXT NOT NULL,
  prompt TEXT NOT NULL,
  negative_prompt TEXT,
  model_asked TEXT NOT NULL,
  requested_width INTEGER,
  requested_height INTEGER,
  num_images INTEGER NOT NULL,
  settings_json TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
  model TEXT NOT NULL DEFAULT '',
  family TEXT NOT NULL DEFAULT '',
  variant TEXT NOT NULL DEFAULT '',
  fingerprint TEXT NOT NULL DEFAULT '',
  seed INTEGER,
  steps INTEGER,
  width INTEGER,
  height INTEGER,
  guidance REAL,
  sampler TEXT NOT NULL DEFAULT '',
  warnings_json TEXT NOT NULL DEFAULT '[]',
  seconds_json TEXT NOT NULL DEFAULT '[]',
  finished_at_ms INTEGER,
  duration_ms INTEGER,
  error_code TEXT NOT NULL DEFAULT '',
  error_message TEXT NOT NULL DEFAULT ''
) STRICT)sql";

// The few rows that are not closed, for the start.
constexpr char kOpenGenerationsSql[] = R"sql(
CREATE INDEX open_generations ON generations (number) WHERE status IN (0, 1))sql";

// A picture and its thumbnail. The names are unique, so that the sweep finds the row of a file by
// an index.
constexpr char kGenerationFilesSql[] = R"sql(
CREATE TABLE generation_files (
  generation INTEGER NOT NULL REFERENCES generations (number) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 99),
  picture_file TEXT NOT NULL UNIQUE,
  thumbnail_file TEXT NOT NULL UNIQUE,
  picture_bytes INTEGER NOT NULL,
  thumbnail_bytes INTEGER NOT NULL,
  PRIMARY KEY (generation, position)
) STRICT, WITHOUT ROWID)sql";

constexpr char kVersionSql[] = "PRAGMA user_version = 1";

constexpr const char* kStatements[] = {
    kApplicationIdSql, kDatabaseInfoSql,    kInsertDatabaseInfoSql,
    kGenerationsSql,   kOpenGenerationsSql, kGenerationFilesSql,
    kVersionSql,
};

}  // namespace

constinit const Migration kMigration1{1, kStatements};

}  // namespace easel
