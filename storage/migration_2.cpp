#include "storage/migration_2.h"

namespace easel {
namespace {

// A prank. Ids are never given again: an old page of a maker's must not reach somebody else's.
//   share_slug    what visitors have in their address
//   builder_slug  the maker's secret, as it is: whoever has it may edit
//   session_id    the maker's, as an owner's name; NULL when none was given; never proof of
//   anything
constexpr char kPranksSql[] = R"sql(
CREATE TABLE pranks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  share_slug TEXT NOT NULL UNIQUE CHECK (length(share_slug) BETWEEN 3 AND 64),
  builder_slug TEXT NOT NULL UNIQUE CHECK (length(builder_slug) >= 32),
  title TEXT NOT NULL,
  session_id TEXT,
  is_vip INTEGER NOT NULL CHECK (is_vip IN (0, 1)),
  is_admin_only INTEGER NOT NULL CHECK (is_admin_only IN (0, 1)),
  view_count INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT)sql";

// There is one VIP prank at most.
constexpr char kVipSql[] = "CREATE UNIQUE INDEX vip_prank ON pranks (is_vip) WHERE is_vip = 1";

// A phrase and the picture that it is answered with. The picture is the trigger's own copy, so that
// it stays when the generation that it was made from goes (`generation` is NULL then, as it is for
// an upload).
//   match_kind     0 exact, 1 word, 2 contains
//   folded_phrase  what is compared: fold_phrase(phrase)
constexpr char kTriggersSql[] = R"sql(
CREATE TABLE prank_triggers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  prank INTEGER NOT NULL REFERENCES pranks (id) ON DELETE CASCADE,
  phrase TEXT NOT NULL,
  folded_phrase TEXT NOT NULL CHECK (folded_phrase <> ''),
  match_kind INTEGER NOT NULL CHECK (match_kind BETWEEN 0 AND 2),
  priority INTEGER NOT NULL,
  generation INTEGER REFERENCES generations (number) ON DELETE SET NULL,
  picture_file TEXT NOT NULL UNIQUE,
  thumbnail_file TEXT NOT NULL UNIQUE,
  hit_count INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  UNIQUE (prank, match_kind, folded_phrase)
) STRICT)sql";

// For the foreign key alone.
constexpr char kTriggersByGenerationSql[] = R"sql(
CREATE INDEX prank_triggers_by_generation ON prank_triggers (generation)
WHERE generation IS NOT NULL)sql";

// What happened on one day. `day` counts from 1970-01-01, UTC.
constexpr char kDaysSql[] = R"sql(
CREATE TABLE prank_days (
  prank INTEGER NOT NULL REFERENCES pranks (id) ON DELETE CASCADE,
  day INTEGER NOT NULL,
  views INTEGER NOT NULL DEFAULT 0,
  prompts INTEGER NOT NULL DEFAULT 0,
  hits INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (prank, day)
) STRICT, WITHOUT ROWID)sql";

// The newest prompts of visitors. `trigger_id` is NULL where none matched, or when it is gone.
constexpr char kPromptsSql[] = R"sql(
CREATE TABLE prank_prompts (
  number INTEGER PRIMARY KEY,
  prank INTEGER NOT NULL REFERENCES pranks (id) ON DELETE CASCADE,
  prompt TEXT NOT NULL,
  trigger_id INTEGER REFERENCES prank_triggers (id) ON DELETE SET NULL,
  generation_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT)sql";

constexpr char kPromptsByPrankSql[] =
    "CREATE INDEX prank_prompts_by_prank ON prank_prompts (prank, number)";
constexpr char kPromptsByTriggerSql[] = R"sql(
CREATE INDEX prank_prompts_by_trigger ON prank_prompts (trigger_id)
WHERE trigger_id IS NOT NULL)sql";

constexpr char kVersionSql[] = "PRAGMA user_version = 2";

constexpr const char* kStatements[] = {
    kPranksSql,  kVipSql,     kTriggersSql,       kTriggersByGenerationSql,
    kDaysSql,    kPromptsSql, kPromptsByPrankSql, kPromptsByTriggerSql,
    kVersionSql,
};

}  // namespace

constinit const Migration kMigration2{2, kStatements};

}  // namespace easel
