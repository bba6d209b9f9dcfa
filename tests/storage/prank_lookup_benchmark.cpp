// ./dev bench pranks: how long a visitor's look-ups take among few and many pranks.
//
// Databases of 10 triggers a prank (four exact, three words, three parts) and 10^2, 10^4 and 10^6
// triggers. A look-up is the prank by its share_slug and the trigger that answers a prompt; pranks
// are drawn at random. The sizes take turns, so that a busy moment meets all of them. Prints
// medians, and the plan of each query.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "storage/database.h"
#include "storage/prank_store.h"
#include "storage/trigger_store.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr int64_t kTriggersPerPrank = 10;
constexpr int kRounds = 40, kLookUpsPerRound = 250;

constexpr char kFillPranksSql[] = R"sql(
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO pranks (share_slug, builder_slug, title, is_vip, is_admin_only, created_at_ms,
  updated_at_ms)
SELECT 'prank-' || i, lower(hex(randomblob(24))), 'A prank of number ' || i, 0, 0, 0, 0
FROM n ORDER BY random())sql";
constexpr char kFillTriggersSql[] = R"sql(
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9)
INSERT INTO prank_triggers (prank, phrase, folded_phrase, match_kind, priority, picture_file,
  thumbnail_file, created_at_ms, updated_at_ms)
SELECT pranks.id, 'phrase number ' || i, 'phrase number ' || i,
  CASE WHEN i < 4 THEN 0 WHEN i < 7 THEN 1 ELSE 2 END, i % 3, lower(hex(randomblob(24))) || '.png',
  lower(hex(randomblob(24))) || '.webp', 0, 0
FROM pranks, n)sql";

struct Sized {
  explicit Sized(int64_t num_triggers) : num_pranks(num_triggers / kTriggersPerPrank) {
    const absl::Status filled = database->write([&](SQLite::Database& connection) {
      SQLite::Statement pranks_of(connection, kFillPranksSql);
      pranks_of.bind(1, num_pranks);
      pranks_of.exec();
      connection.exec(kFillTriggersSql);
      return absl::OkStatus();
    });
    if (!filled.ok()) std::fprintf(stderr, "%s\n", filled.ToString().c_str());
  }

  int64_t num_pranks;
  TempFolder folder;
  std::unique_ptr<Database> database = *Database::open(folder.path());
  PrankStore pranks{*database};
  TriggerStore triggers{*database};
  std::vector<double> microseconds;
};

// The prompt's number: 0–3 are exact, 4–6 words, 7–9 parts, 10 is none.
bool look_up(Sized& sized, int64_t prank, int64_t prompt) {
  const auto found = sized.pranks.by_share_slug(concat("prank-", prank));
  if (!found.ok() || !*found) return false;
  const auto hit = sized.triggers.find_match(
      (*found)->id, concat(prompt < 4 ? "" : "Please: ", "Phrase Númber ", prompt));
  return hit.ok() && hit->has_value() == (prompt < kTriggersPerPrank);
}

void measure(Sized& sized, std::mt19937_64& random) {
  std::uniform_int_distribution<int64_t> pranks(1, sized.num_pranks), prompts(0, 11);
  for (int i = 0; i < kLookUpsPerRound; ++i) {
    const int64_t prompt = std::max<int64_t>(0, prompts(random) - 1);
    const auto start = std::chrono::steady_clock::now();
    if (!look_up(sized, pranks(random), prompt)) std::fprintf(stderr, "a look-up went wrong\n");
    const std::chrono::duration<double, std::micro> passed =
        std::chrono::steady_clock::now() - start;
    sized.microseconds.push_back(passed.count());
  }
}

int keep_sql(unsigned /*event*/, void* set, void* statement, void* /*text*/) {
  static_cast<std::set<std::string>*>(set)->insert(
      sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}

void print_plans(Sized& sized) {
  std::set<std::string> statements;
  const auto trace = [&](unsigned mask) {
    static_cast<void>(sized.database->read([&](SQLite::Database& connection) {
      sqlite3_trace_v2(connection.getHandle(), mask, &keep_sql, &statements);
      return absl::OkStatus();
    }));
  };
  trace(SQLITE_TRACE_STMT);
  look_up(sized, 1, 4);
  trace(0);
  static_cast<void>(sized.database->read([&](SQLite::Database& connection) {
    for (const std::string& sql : statements) {
      SQLite::Statement plan(connection, "EXPLAIN QUERY PLAN " + sql);
      while (plan.executeStep()) std::printf("  %s\n", plan.getColumn(3).getString().c_str());
    }
    return absl::OkStatus();
  }));
}

int run() {
  std::vector<std::unique_ptr<Sized>> all;
  for (const int64_t triggers : {100, 10'000, 1'000'000}) {
    all.push_back(std::make_unique<Sized>(triggers));
  }
  std::mt19937_64 random(20260131);
  for (const auto& sized : all) measure(*sized, random);  // warms up
  for (const auto& sized : all) sized->microseconds.clear();
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& sized : all) measure(*sized, random);
  }
  double first = 0;
  std::printf("%10s %10s %12s %12s %10s\n", "pranks", "triggers", "median us", "p95 us",
              "to first");
  for (const auto& sized : all) {
    std::vector<double>& times = sized->microseconds;
    std::sort(times.begin(), times.end());
    const double median = times[times.size() / 2];
    if (first == 0) first = median;
    std::printf("%10lld %10lld %12.1f %12.1f %9.2fx\n", static_cast<long long>(sized->num_pranks),
                static_cast<long long>(sized->num_pranks) * kTriggersPerPrank, median,
                times[times.size() * 95 / 100], median / first);
  }
  std::printf("\nThe plans of a look-up's queries:\n");
  print_plans(*all.back());
  return 0;
}

}  // namespace
}  // namespace easel

int main() { return easel::run(); }
