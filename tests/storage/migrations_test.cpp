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
  static const std::string sql =
      concat("PRAGMA user_version = ", all_migrations().back().version + 1);
  return sql;
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
