#include "storage/migrations.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "base/strings.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

const std::string& next_version_sql() {
  static const std::string kSql =
      concat("PRAGMA user_version = ", all_migrations().back().version + 1);
  return kSql;
}

const char* const kNextStatements[] = {
    "ALTER TABLE generations ADD COLUMN stars INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE birds (name TEXT NOT NULL) STRICT",
    "INSERT INTO birds (name) VALUES ('owl')",
    next_version_sql().c_str(),
};

// All that there are, and one more.
std::vector<Migration> with_next() {
  std::vector<Migration> steps(all_migrations().begin(), all_migrations().end());
  steps.push_back({steps.back().version + 1, kNextStatements});
  return steps;
}

SQLite::Database connect(const std::filesystem::path& file) {
  SQLite::Database connection(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  connection.exec("PRAGMA journal_mode = WAL");
  return connection;
}

// Version, tables and rows, as one text.
std::string state_of(const std::filesystem::path& file) {
  SQLite::Database connection = connect(file);
  EXPECT_EQ(connection.execAndGet("PRAGMA integrity_check").getString(), "ok");
  std::string state = connection.execAndGet("PRAGMA user_version").getString();
  SQLite::Statement schema(connection, "SELECT sql FROM sqlite_schema ORDER BY name");
  while (schema.executeStep()) state += concat("\n", schema.getColumn(0).getString());
  if (connection.tableExists("birds")) {
    state += connection.execAndGet("SELECT count(*) FROM birds").getString();
  }
  return state;
}

// The sound states: nothing, and after each step.
std::vector<std::string> sound_states(const std::vector<Migration>& steps) {
  std::vector<std::string> states;
  for (size_t count = 0; count <= steps.size(); ++count) {
    const TempFolder folder;
    {
      SQLite::Database connection = connect(folder / "x.db");
      EXPECT_TRUE(migrate(connection, absl::MakeConstSpan(steps.data(), count)).ok());
    }
    states.push_back(state_of(folder / "x.db"));
  }
  return states;
}

int die_at_zero(unsigned /*event*/, void* countdown, void* /*statement*/, void* /*text*/) {
  if ((*static_cast<int*>(countdown))-- == 0) ::kill(::getpid(), SIGKILL);
  return 0;
}

// Migrates in a child that kills itself when its statement `at` (from 0) starts. Whether it got to
// the end.
bool migrate_killed_at(const std::filesystem::path& file, const std::vector<Migration>& steps,
                       int at) {
  const pid_t child = ::fork();
  if (child == 0) {
    SQLite::Database connection = connect(file);
    int countdown = at;
    sqlite3_trace_v2(connection.getHandle(), SQLITE_TRACE_STMT, &die_at_zero, &countdown);
    ::_exit(migrate(connection, steps).ok() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || WEXITSTATUS(status) == 0);
  return WIFEXITED(status);
}

TEST(MigrationsTest, VersionsCountUpFromOne) {
  int expected = 1;
  for (const Migration& step : all_migrations()) EXPECT_EQ(step.version, expected++);
}

TEST(MigrationsTest, AKillAtAnyStatementLeavesTheOldOrTheNewVersion) {
  const std::vector<Migration> steps = with_next();
  const std::vector<std::string> sound = sound_states(steps);
  int statements = 0;
  for (bool finished = false; !finished; ++statements) {
    ASSERT_LT(statements, 100);
    const TempFolder folder;
    finished = migrate_killed_at(folder / "x.db", steps, statements);
    const std::string state = state_of(folder / "x.db");
    EXPECT_NE(std::find(sound.begin(), sound.end(), state), sound.end()) << state;
    SQLite::Database connection = connect(folder / "x.db");
    EXPECT_TRUE(migrate(connection, steps).ok());
    EXPECT_EQ(state_of(folder / "x.db"), sound.back());
  }
  EXPECT_GT(statements, 11);
}

// What each version's tables could first hold: written as that version, and asked of all later
// ones.
struct OldRows {
  int version;
  const char* insert;
  const char* question;
};
constexpr OldRows kOldRows[] = {
    {1,
     "INSERT INTO generations (id, trace_id, prompt, model_asked, num_images, settings_json, "
     "created_at_ms, status, seed) VALUES ('a', 't', 'a \"lighthouse\"', 'auto', 1, '{}', 5, 2, "
     "9007199254740991);"
     "INSERT INTO generation_files VALUES (1, 0, 'a.png', 'a.webp', 1000, 100)",
     "SELECT prompt || seed || picture_file FROM generations JOIN generation_files"},
    {2,
     "INSERT INTO pranks (share_slug, builder_slug, title, session_id, is_vip, is_admin_only, "
     "view_count, created_at_ms, updated_at_ms) VALUES ('owls', hex(zeroblob(24)), 'Owls', NULL, "
     "1, 1, 77, 5, 6);"
     "INSERT INTO prank_triggers (prank, phrase, folded_phrase, match_kind, priority, generation, "
     "picture_file, thumbnail_file, created_at_ms, updated_at_ms) "
     "VALUES (1, 'Owl', 'owl', 1, 3, 1, 'p.png', 'p.webp', 5, 6);"
     "INSERT INTO prank_days VALUES (1, 20000, 70, 7, 3);"
     "INSERT INTO prank_prompts VALUES (1, 1, 'an owl', 1, 'a', 5)",
     "SELECT title || view_count || phrase || views || prompt "
     "FROM pranks JOIN prank_triggers JOIN prank_days JOIN prank_prompts"},
    {3,
     "INSERT INTO admins (name, password_hash, created_at_ms, changed_at_ms) "
     "VALUES ('ada', 'hash', 5, 6);"
     "INSERT INTO admin_sessions (id, token_hash, admin, created_at_ms, used_at_ms, expires_at_ms, "
     "address, user_agent) VALUES ('s', 'h', 1, 5, 6, 7, '::1', '');"
     "INSERT INTO api_keys (id, name, token_hash, scopes, created_at_ms) "
     "VALUES ('k', 'shop', 'kh', 3, 5);"
     "INSERT INTO preferences VALUES ('session', 'demo', '{}', 5)",
     "SELECT a.name || s.id || k.name || p.engine "
     "FROM admins a JOIN admin_sessions s JOIN api_keys k JOIN preferences p"},
    {4,
     "INSERT INTO generations (number, id, trace_id, prompt, model_asked, num_images, "
     "settings_json, created_at_ms, status) VALUES (9, 'b', 't', 'a heron', 'auto', 1, '{}', 5, 2);"
     "INSERT INTO prompts (prompt, uses, newest) VALUES ('a heron', 3, 9);"
     "INSERT INTO generation_search (rowid, words) VALUES (9, 'a heron')",
     "SELECT prompt || uses FROM prompts WHERE newest = (SELECT rowid FROM generation_search "
     "WHERE words MATCH 'heron')"},
    {5,
     "INSERT INTO prank_triggers (prank, phrase, folded_phrase, match_kind, priority, "
     "picture_file, thumbnail_file, created_at_ms, updated_at_ms) "
     "VALUES (1, 'Wren', 'wren', 0, 8, 'w.png', 'w.webp', 5, 6)",
     "SELECT folded_phrase || priority FROM prank_triggers INDEXED BY prank_trigger_candidates "
     "WHERE prank = 1 AND match_kind = 0"},
    {6,
     "INSERT INTO prank_triggers (prank, phrase, folded_phrase, match_kind, priority, "
     "picture_file, thumbnail_file, created_at_ms, updated_at_ms) "
     "VALUES (1, 'Łódź', 'lodz', 2, 8, 'l.png', 'l.webp', 5, 6)",
     "SELECT phrase FROM prank_triggers WHERE match_kind = 2 AND folded_phrase = 'lodz'"},
};

// A database of `version`, with the rows that it and those before it had.
void make_old_database(const std::filesystem::path& file, const std::vector<Migration>& steps,
                       int version) {
  SQLite::Database connection = connect(file);
  for (int step = 1; step <= version; ++step) {
    const auto count = static_cast<size_t>(step);
    ASSERT_TRUE(migrate(connection, absl::MakeConstSpan(steps.data(), count)).ok());
    for (const OldRows& rows : kOldRows) {
      if (rows.version == step) connection.exec(rows.insert);
    }
  }
}

// The answers to the questions that a database of `version` can be asked.
std::vector<std::string> old_rows(const std::filesystem::path& file, int version) {
  SQLite::Database connection = connect(file);
  std::vector<std::string> answers;
  for (const OldRows& rows : kOldRows) {
    if (rows.version > version) continue;
    answers.push_back(connection.execAndGet(rows.question).getString());
  }
  return answers;
}

TEST(MigrationsTest, RowsOfEveryOlderVersionOutliveAKillAtAnyStatement) {
  const std::vector<Migration> steps = with_next();
  const std::vector<std::string> sound = sound_states(steps);
  ASSERT_EQ(std::size(kOldRows), all_migrations().size()) << "a version without rows of its own";
  for (int version = 1; version < steps.back().version; ++version) {
    bool finished = false;
    for (int at = 0; !finished && !HasFailure(); ++at) {
      const TempFolder folder;
      const std::filesystem::path file = folder / "x.db";
      make_old_database(file, steps, version);
      const std::vector<std::string> before = old_rows(file, version);
      finished = migrate_killed_at(file, steps, at);
      const std::string state = state_of(file);
      EXPECT_NE(std::find(sound.begin() + version, sound.end(), state), sound.end()) << state;
      EXPECT_EQ(old_rows(file, version), before) << "killed at " << at;
      SQLite::Database connection = connect(file);
      EXPECT_TRUE(migrate(connection, steps).ok());
      EXPECT_EQ(old_rows(file, version), before) << "after the next start";
      EXPECT_FALSE(SQLite::Statement(connection, "PRAGMA foreign_key_check").executeStep());
    }
  }
}

// Folded by an older program: found by what this one makes of a prompt.
TEST(MigrationsTest, VersionSixFoldsAgainWhatIsStored) {
  const TempFolder folder;
  SQLite::Database connection = connect(folder / "x.db");
  ASSERT_TRUE(migrate(connection, all_migrations().subspan(0, 5)).ok());
  connection.exec(kOldRows[1].insert);
  connection.exec(
      "INSERT INTO prank_triggers (prank, phrase, folded_phrase, match_kind, priority, "
      "picture_file, thumbnail_file, created_at_ms, updated_at_ms) VALUES "
      "(1, 'Łódź', 'łodz', 0, 0, 'a.png', 'a.webp', 5, 6),"
      "(1, 'Don’t', 'don’t', 2, 0, 'b.png', 'b.webp', 5, 6),"
      "(1, 'Don''t', 'don''t', 2, 0, 'c.png', 'c.webp', 5, 6);"
      "INSERT INTO generations (number, id, trace_id, prompt, model_asked, num_images, "
      "settings_json, created_at_ms, status) VALUES (9, 'b', 't', 'Łódź', 'auto', 1, '{}', 5, 2);"
      "INSERT INTO generation_search (rowid, words) VALUES (9, 'łodz')");
  ASSERT_TRUE(migrate(connection, all_migrations()).ok());
  std::string folded;
  SQLite::Statement rows(connection, "SELECT folded_phrase FROM prank_triggers ORDER BY id");
  while (rows.executeStep()) folded += rows.getColumn(0).getString() + "|";
  // Of two that are one now, that of the plain spelling answers, as it did.
  EXPECT_EQ(folded, "owl|lodz|don’t|don't|");
  EXPECT_EQ(connection
                .execAndGet("SELECT rowid FROM generation_search WHERE generation_search MATCH "
                            "'\"lodz\"'")
                .getInt(),
            9);
}

TEST(MigrationsTest, AFailingStatementUndoesItsStep) {
  const TempFolder folder;
  std::vector<Migration> steps = with_next();
  for (size_t broken = 0; broken < std::size(kNextStatements); ++broken) {
    std::vector<const char*> statements(std::begin(kNextStatements), std::end(kNextStatements));
    statements[broken] = "SELECT * FROM nowhere";
    steps.back().statements = statements;
    SQLite::Database connection = connect(folder / "x.db");
    EXPECT_THROW(static_cast<void>(migrate(connection, steps)), SQLite::Exception);
    EXPECT_EQ(state_of(folder / "x.db"), sound_states(with_next()).at(steps.size() - 1));
  }
}

TEST(MigrationsTest, AStepThatForgetsItsVersionIsUndone) {
  const TempFolder folder;
  constexpr const char* kForgetful[] = {"CREATE TABLE birds (name TEXT)"};
  const std::vector<Migration> steps = {{1, kForgetful}};
  SQLite::Database connection = connect(folder / "x.db");
  EXPECT_TRUE(fails_with(migrate(connection, steps), Reason::kOutputFailed, {"version 0"}));
  EXPECT_FALSE(connection.tableExists("birds"));
}

}  // namespace
}  // namespace easel
