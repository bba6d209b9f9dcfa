// Searches beside everything else that the database does.
#include "storage/search_connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "storage/generation_search.h"
#include "tests/storage/records.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr std::chrono::seconds kPatience(20);
constexpr char kEndlessSql[] =
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
constexpr char kCountSql[] = "SELECT count(*) FROM generations";

class SearchConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override { database_ = Database::open(folder_.path()).value(); }

  void add(const std::string& id) {
    GenerationStore store(*database_);
    ASSERT_TRUE(store.insert_started(sample_asked(id)).ok());
  }
  int count() {
    int rows = -1;
    const absl::Status found = database_->search([&](SQLite::Database& connection) {
      rows = connection.execAndGet(kCountSql).getInt();
      return absl::OkStatus();
    });
    EXPECT_TRUE(found.ok()) << found;
    return rows;
  }

  TempFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(SearchConnectionTest, SeesWhatIsCommitted) {
  EXPECT_EQ(count(), 0);
  add("a");
  EXPECT_EQ(count(), 1);
  database_.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "easel.db-wal")) << "closed as ever";
  database_ = Database::open(folder_.path()).value();
  EXPECT_EQ(count(), 1);
}

TEST_F(SearchConnectionTest, OneThatDoesNotEndIsEnded) {
  const absl::Status late = database_->search(
      [](SQLite::Database& connection) {
        connection.execAndGet(kEndlessSql);
        return absl::OkStatus();
      },
      std::chrono::milliseconds(20));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(reason_of(late), Reason::kDeadline);
  EXPECT_EQ(count(), 0) << "the next one has its own time";
}

TEST_F(SearchConnectionTest, OneThatThrowsLeavesTheNextItsTurn) {
  EXPECT_THROW(database_
                   ->search([](SQLite::Database&) -> absl::Status {
                     throw std::runtime_error("of the caller's own");
                   })
                   .IgnoreError(),
               std::runtime_error);
  EXPECT_EQ(count(), 0);
}

TEST_F(SearchConnectionTest, CannotWrite) {
  const absl::Status refused = database_->search([](SQLite::Database& connection) {
    connection.exec("DELETE FROM generations");
    return absl::OkStatus();
  });
  EXPECT_FALSE(refused.ok());
}

// Each waits for the other's thread: were one behind the other, neither would end.
TEST_F(SearchConnectionTest, NeitherWritesNorReadsWaitForIt) {
  std::promise<void> searching, written;
  std::thread search([&] {
    const absl::Status found = database_->search(
        [&](SQLite::Database& connection) {
          EXPECT_EQ(connection.execAndGet(kCountSql).getInt(), 0);
          searching.set_value();
          EXPECT_EQ(written.get_future().wait_for(kPatience), std::future_status::ready);
          EXPECT_EQ(connection.execAndGet(kCountSql).getInt(), 0) << "as it was when it began";
          return absl::OkStatus();
        },
        kPatience);
    EXPECT_TRUE(found.ok()) << found;
  });
  searching.get_future().wait();
  add("a");
  EXPECT_TRUE(GenerationStore(*database_).get("a")->has_value());
  written.set_value();
  search.join();
  EXPECT_EQ(count(), 1);
}

TEST_F(SearchConnectionTest, GenerationsAreFoundBesidePagesThatAreRead) {
  add("a");
  GenerationSearch search(*database_);
  std::future<void> searcher;
  const absl::Status read = database_->read([&](SQLite::Database&) {
    searcher = std::async(std::launch::async, [&] {
      EXPECT_EQ(search.page({}, 10, "")->items.size(), 1U);
      EXPECT_EQ(search.prompts(10, "")->items.size(), 1U);
    });
    EXPECT_EQ(searcher.wait_for(kPatience), std::future_status::ready);
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  searcher.wait();
}

TEST_F(SearchConnectionTest, WhoseTurnDoesNotComeInTimeIsTold) {
  std::promise<void> searching, told;
  std::thread first([&] {
    const absl::Status found = database_->search([&](SQLite::Database&) {
      searching.set_value();
      told.get_future().wait();
      return absl::OkStatus();
    });
    EXPECT_TRUE(found.ok()) << found;
  });
  searching.get_future().wait();
  const absl::Status second = database_->search([](SQLite::Database&) { return absl::OkStatus(); },
                                                std::chrono::milliseconds(20));
  told.set_value();
  first.join();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(reason_of(second), Reason::kDeadline);
}

TEST_F(SearchConnectionTest, ManyThreadsSearchAndWrite) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int row = 0; row < 20; ++row) {
        add(std::to_string(i * 100 + row));
        EXPECT_GE(count(), row + 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(), 80);
}

}  // namespace
}  // namespace easel
