#include "storage/generation_search.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "storage/migrations.h"
#include "storage/sql_values.h"
#include "tests/storage/query_plans.h"
#include "tests/storage/records.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

using Ids = std::vector<std::string>;

constexpr char kInsertSql[] = R"sql(
INSERT INTO generations (id, prompt, status, model, trace_id, model_asked, num_images,
  settings_json, created_at_ms) VALUES (?, ?, ?, ?, '', '', 1, '', 0))sql";

class GenerationSearchTest : public ::testing::Test {
 protected:
  GenerationSearchTest() : database_(*Database::open(folder_.path())) {}

  void add(const std::string& id, const std::string& prompt) {
    GenerationAsked asked = sample_asked(id);
    asked.prompt = prompt;
    ASSERT_TRUE(store_.insert_started(asked).ok());
  }
  void finish(const std::string& id, const std::string& model) {
    GenerationUsed used = sample_used();
    used.model = model;
    ASSERT_TRUE(store_.finish_done(id, used, {}, kSampleEnd).ok());
  }
  Ids find(const GenerationQuery& query, int limit = 100, const std::string& cursor = "") {
    const absl::StatusOr<GenerationPage> page = search_.page(query, limit, cursor);
    EXPECT_TRUE(page.ok()) << page.status();
    Ids ids;
    if (!page.ok()) return ids;
    for (const GenerationRecord& record : page->items) ids.push_back(record.asked.id);
    next_ = page->next.value_or("");
    return ids;
  }
  Ids find(const std::string& text) { return find(GenerationQuery{text, std::nullopt, ""}); }

  TempFolder folder_;
  std::unique_ptr<Database> database_;
  GenerationStore store_{*database_};
  GenerationSearch search_{*database_};
  std::string next_;
};

TEST_F(GenerationSearchTest, FindsWordsWithoutCaseAndAccentsNewestFirst) {
  add("a", "A Crème brûlée on a table");
  add("b", "crying CREME BRULEE");
  add("c", "a lighthouse");
  EXPECT_EQ(find("brulee"), (Ids{"b", "a"}));
  EXPECT_EQ(find("BRÛL table"), (Ids{"a"})) << "words in any order, by their beginnings";
  EXPECT_EQ(find("light"), (Ids{"c"}));
  EXPECT_EQ(find("house"), Ids{}) << "not the middle of a word";
  EXPECT_EQ(find(""), (Ids{"c", "b", "a"}));
}

TEST_F(GenerationSearchTest, FindsScriptsWithoutSpacesAndEmoji) {
  add("a", "夜の東京タワー");
  add("b", "京東 🐱 ");
  EXPECT_EQ(find("東京"), (Ids{"a"}));
  EXPECT_EQ(find("🐱"), (Ids{"b"}));
}

TEST_F(GenerationSearchTest, WhateverIsTypedIsPlainText) {
  add("a", "50% off, it's a \"cat\" OR dog");
  for (const std::string text :
       {"50%", "it's", "\"cat\"", "cat OR dog", "\"", "off)", "cat*", "-cat", "'; DROP TABLE x; --",
        "words:cat", "NEAR(cat dog, 2)", "^cat", "{cat}", "cat AND", "a_c", "\\"}) {
    find(text);
  }
  EXPECT_EQ(find("50%"), (Ids{"a"}));
  EXPECT_EQ(find("\"cat\" OR"), (Ids{"a"}));
  EXPECT_EQ(find("OR"), (Ids{"a"})) << "a word like another";
  EXPECT_EQ(find("cat NOT dog"), Ids{}) << "not is a word that is not there";
  EXPECT_EQ(find("%"), Ids{}) << "no word at all";
  EXPECT_EQ(find(std::string("cat\0dog", 7)), (Ids{"a"}));
  EXPECT_EQ(find("\xff\xfe cat"), Ids{});
  EXPECT_EQ(find(std::string(1 << 20, '"') + "cat"), (Ids{"a"}));
  EXPECT_EQ(find(std::string(1 << 20, 'x')), Ids{});
}

TEST_F(GenerationSearchTest, ListsOfAStatusAndOfAModel) {
  for (const char* id : {"a", "b", "c", "d"}) add(id, "a cat");
  finish("a", "demo");
  finish("b", "sketch");
  ASSERT_TRUE(store_.finish_cancelled("c", kSampleEnd).ok());
  EXPECT_EQ(find({"", GenerationStatus::kDone, ""}), (Ids{"b", "a"}));
  EXPECT_EQ(find({"", std::nullopt, "demo"}), (Ids{"a"}));
  EXPECT_EQ(find({"cat", GenerationStatus::kCancelled, ""}), (Ids{"c"}));
  EXPECT_EQ(find({"cat", GenerationStatus::kDone, "sketch"}), (Ids{"b"}));
  EXPECT_EQ(find({"dog", GenerationStatus::kDone, "sketch"}), Ids{});
  EXPECT_EQ(find({"", std::nullopt, "' OR 1=1 --"}), Ids{});
}

TEST_F(GenerationSearchTest, ThePagesTogetherAreAllThatIsFoundOnce) {
  for (int i = 0; i < 7; ++i) add(std::to_string(i), i % 2 == 0 ? "a cat" : "a dog");
  for (const std::string& text : {std::string("cat"), std::string()}) {
    Ids seen;
    std::string cursor;
    do {
      for (const std::string& id : find({text, std::nullopt, ""}, 2, cursor)) seen.push_back(id);
      cursor = next_;
    } while (!cursor.empty());
    EXPECT_EQ(seen,
              text.empty() ? (Ids{"6", "5", "4", "3", "2", "1", "0"}) : (Ids{"6", "4", "2", "0"}));
  }
  EXPECT_TRUE(fails_with(search_.page({}, 0, "").status(), Reason::kInvalidField, {"limit"}));
  EXPECT_TRUE(fails_with(search_.page({}, 1, "x").status(), Reason::kInvalidField, {"cursor"}));
}

TEST_F(GenerationSearchTest, ListsDistinctPromptsByTheirLastUse) {
  add("a", "a cat");
  add("b", "a dog");
  add("c", "a bird");
  add("d", "a cat");
  const absl::StatusOr<PromptPage> first = search_.prompts(2, "");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->items.size(), 2U);
  EXPECT_EQ(first->items[0].prompt, "a cat");
  EXPECT_EQ(first->items[0].uses, 2);
  EXPECT_EQ(first->items[0].generation_id, "d");
  EXPECT_EQ(first->items[1].prompt, "a bird");
  ASSERT_TRUE(first->next);
  const absl::StatusOr<PromptPage> second = search_.prompts(2, *first->next);
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].prompt, "a dog");
  EXPECT_FALSE(second->next);
}

TEST_F(GenerationSearchTest, ARowThatIsRefusedIsNotCounted) {
  add("a", "a cat");
  EXPECT_FALSE(store_.insert_started(sample_asked("a")).ok());
  EXPECT_EQ(find("lighthouse"), Ids{});
  EXPECT_EQ(search_.prompts(10, "")->items.size(), 1U);
}

TEST_F(GenerationSearchTest, ReadsNoTableFromEndToEnd) {
  add("a", "a cat");
  finish("a", "demo");
  for (const GenerationQuery& query : {GenerationQuery{"cat", std::nullopt, ""},
                                       {"", GenerationStatus::kDone, ""},
                                       {"", std::nullopt, "demo"},
                                       {"cat", GenerationStatus::kDone, "demo"},
                                       {"", {}, ""}}) {
    const std::string plans = plans_of(*database_, [&] { find(query); });
    EXPECT_EQ(plans.find("SCAN g"), std::string::npos) << plans;
    EXPECT_EQ(plans.find("TEMP B-TREE FOR ORDER BY"), std::string::npos) << plans;
  }
  const std::string plans =
      plans_of(*database_, [&] { static_cast<void>(search_.prompts(9, "")); });
  EXPECT_NE(plans.find("newest_prompts"), std::string::npos) << plans;
  EXPECT_EQ(plans.find("TEMP B-TREE"), std::string::npos) << plans;
}

// With EASEL_SOAK: how long a search takes among 10^5 rows.
TEST_F(GenerationSearchTest, IsQuickAmongAHundredThousandRows) {
  if (std::getenv("EASEL_SOAK") == nullptr) GTEST_SKIP() << "set EASEL_SOAK";
  constexpr int kRows = 100'000;
  ASSERT_TRUE(database_
                  ->write([](SQLite::Database& connection) {
                    for (int i = 0; i < kRows; ++i) {
                      const std::string prompt =
                          concat("a lighthouse at dusk, number ", i % 50'000, ", painted by w", i);
                      SQLite::Statement insert(connection, kInsertSql);
                      bind_values(insert, std::string_view(concat("id", i)),
                                  std::string_view(prompt), int64_t{i % 1000 == 0 ? 3 : 2},
                                  std::string_view(i % 1000 == 1 ? "rare" : "demo"));
                      insert.exec();
                      note_prompt(connection, connection.getLastInsertRowid(), prompt);
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  const auto expect_quick = [&](const char* what, const std::function<size_t()>& work) {
    const auto start = std::chrono::steady_clock::now();
    const size_t found = work();
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    std::cout << what << ": " << found << " rows, " << ms << " ms\n";
    EXPECT_LT(ms, 250) << what;
  };
  const auto search = [&](const GenerationQuery& query) { return find(query, 50).size(); };
  expect_quick("a word of all", [&] { return search({"lighthouse", {}, ""}); });
  expect_quick("a beginning of all", [&] { return search({"l", {}, ""}); });
  expect_quick("a word of one", [&] { return search({"w77777", {}, ""}); });
  expect_quick("words of all", [&] { return search({"lighthouse at dusk painted", {}, ""}); });
  expect_quick("no such word", [&] { return search({"lighthouse zebra", {}, ""}); });
  expect_quick("a rare state", [&] { return search({"", GenerationStatus::kFailed, ""}); });
  expect_quick("a rare model", [&] { return search({"", {}, "rare"}); });
  expect_quick("a word of all, a rare model", [&] { return search({"lighthouse", {}, "rare"}); });
  expect_quick("a word of all, no such model", [&] { return search({"lighthouse", {}, "x"}); });
  expect_quick("prompts", [&] { return search_.prompts(50, "")->items.size(); });
}

// What an older program wrote is found as well.
TEST(GenerationSearchMigrationTest, OldRowsAreFilledIn) {
  const TempFolder folder;
  const std::filesystem::path file = folder / "x.db";
  SQLite::Database connection(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  ASSERT_TRUE(migrate(connection, all_migrations().subspan(0, 3)).ok());
  for (const char* const row : {"('a', 'Crème brûlée')", "('b', 'a dog')", "('c', 'a dog')"}) {
    connection.exec(concat(
        "INSERT INTO generations (id, prompt, trace_id, model_asked, num_images, settings_json, "
        "created_at_ms, status) SELECT column1, column2, '', '', 1, '', 0, 2 FROM (VALUES ",
        row, ")"));
  }
  ASSERT_TRUE(migrate(connection, all_migrations()).ok());
  const auto count = [&](const std::string& sql) { return connection.execAndGet(sql).getInt(); };
  EXPECT_EQ(count("SELECT rowid FROM generation_search WHERE generation_search MATCH 'brulee'"), 1);
  EXPECT_EQ(count("SELECT uses FROM prompts WHERE prompt = 'a dog'"), 2);
  EXPECT_EQ(count("SELECT newest FROM prompts WHERE prompt = 'a dog'"), 3);
  EXPECT_EQ(count("SELECT count(*) FROM prompts"), 2);
}

}  // namespace
}  // namespace easel
