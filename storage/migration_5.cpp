#include "storage/migration_5.h"

namespace easel {
namespace {

// All that a prompt is judged by. A prank's entries lie side by side, so that the look-up reads one
// page of it and none of the table, however many pranks there are.
constexpr char kCandidatesSql[] = R"sql(
CREATE INDEX prank_trigger_candidates ON prank_triggers
  (prank, match_kind, folded_phrase, priority))sql";

constexpr char kVersionSql[] = "PRAGMA user_version = 5";

constexpr const char* kStatements[] = {kCandidatesSql, kVersionSql};

}  // namespace

constinit const Migration kMigration5{5, kStatements};

}  // namespace easel
