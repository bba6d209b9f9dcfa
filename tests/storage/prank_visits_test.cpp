#include "storage/prank_visits.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/storage/prank_records.h"
#include "tests/storage/query_plans.h"
#include "tests/storage/records.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr int64_t kDayMs = 86'400'000;

class PrankVisitsTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  std::unique_ptr<Database> database_ = *Database::open(folder_.path());
  PrankStore pranks_{*database_};
  TriggerStore triggers_{*database_};
  PrankVisits visits_{*database_};
  int64_t prank_ = pranks_.insert(sample_prank("cats")).value();
};

TEST_F(PrankVisitsTest, TenThousandViewsAtOnceAreTenThousand) {
  constexpr int kThreads = 50, kViews = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kViews; ++i) {
        EXPECT_TRUE(visits_.count_view(prank_, kSomeTimeMs).value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(pranks_.by_id(prank_).value()->view_count, kThreads * kViews);
  const auto days = visits_.days(prank_).value();
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].views, kThreads * kViews);
}

TEST_F(PrankVisitsTest, AViewGivesTheCountThatItMade) {
  EXPECT_EQ(visits_.count_view(prank_, 1).value(), 1);
  EXPECT_EQ(visits_.count_view(prank_, 1).value(), 2);
  EXPECT_EQ(visits_.count_view(99, 1).value(), std::nullopt);
  EXPECT_TRUE(visits_.days(99).value().empty());
}

TEST_F(PrankVisitsTest, CountsByDayAndForgetsOldDays) {
  for (int64_t day = 0; day < PrankVisits::kKeptDays + 5; ++day) {
    visits_.count_view(prank_, day * kDayMs + 5).value();
  }
  const auto days = visits_.days(prank_).value();
  ASSERT_EQ(days.size(), static_cast<size_t>(PrankVisits::kKeptDays));
  EXPECT_EQ(days.front().day, PrankVisits::kKeptDays + 4);
  EXPECT_EQ(days.back().day, 5);
  EXPECT_EQ(pranks_.by_id(prank_).value()->view_count, PrankVisits::kKeptDays + 5);
}

TEST_F(PrankVisitsTest, RecordsPromptsAndHits) {
  const int64_t id = triggers_.insert(prank_, sample_trigger("cat", "a"), 1).value();
  const int64_t now = 3 * kDayMs;
  ASSERT_TRUE(visits_.record_prompt(prank_, {"cat", id, "g1", now}).ok());
  ASSERT_TRUE(visits_.record_prompt(prank_, {"dog'--", {}, "g2", now + 1}).ok());
  ASSERT_TRUE(visits_.record_prompt(prank_, {"gone", 77, "g3", now + 2}).ok());
  ASSERT_TRUE(visits_.record_prompt(99, {"no such prank", {}, "g4", now}).ok());
  const auto prompts = visits_.prompts(prank_, 10).value();
  ASSERT_EQ(prompts.size(), 3u);
  EXPECT_EQ(prompts[0].prompt, "gone");
  EXPECT_FALSE(prompts[0].trigger_id);
  EXPECT_EQ(prompts[1].prompt, "dog'--");
  EXPECT_EQ(prompts[2].trigger_id, id);
  EXPECT_EQ(prompts[2].generation_id, "g1");
  EXPECT_EQ(visits_.prompts(prank_, 1).value().size(), 1u);
  const auto days = visits_.days(prank_).value();
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].prompts, 3);
  EXPECT_EQ(days[0].hits, 1);
  EXPECT_EQ(days[0].views, 0);
  EXPECT_EQ(triggers_.get(prank_, id).value()->hit_count, 1);
  triggers_.remove(prank_, id, 1).value();
  EXPECT_FALSE(visits_.prompts(prank_, 10).value()[2].trigger_id);
}

TEST_F(PrankVisitsTest, KeepsTheNewestPromptsOfEachPrank) {
  const int64_t other = pranks_.insert(sample_prank("dogs")).value();
  ASSERT_TRUE(visits_.record_prompt(other, {"kept", {}, "g", 1}).ok());
  for (int64_t i = 0; i < PrankVisits::kKeptPrompts + 3; ++i) {
    ASSERT_TRUE(visits_.record_prompt(prank_, {std::to_string(i), {}, "g", 1}).ok());
  }
  const auto prompts = visits_.prompts(prank_, 5000).value();
  ASSERT_EQ(prompts.size(), static_cast<size_t>(PrankVisits::kKeptPrompts));
  EXPECT_EQ(prompts.back().prompt, "3");
  EXPECT_EQ(visits_.prompts(other, 10).value().size(), 1u);
}

TEST_F(PrankVisitsTest, GoWithThePrank) {
  visits_.count_view(prank_, 1).value();
  ASSERT_TRUE(visits_.record_prompt(prank_, {"x", {}, "g", 1}).ok());
  pranks_.remove(prank_).value();
  EXPECT_TRUE(visits_.days(prank_).value().empty());
  EXPECT_TRUE(visits_.prompts(prank_, 10).value().empty());
}

TEST_F(PrankVisitsTest, EveryQueryGoesByAnIndex) {
  const std::string plans = plans_of(*database_, [&] {
    EXPECT_TRUE(visits_.count_view(prank_, 1).ok());
    EXPECT_TRUE(visits_.record_prompt(prank_, {"x", {}, "g", 1}).ok());
    EXPECT_TRUE(visits_.days(prank_).ok());
    EXPECT_TRUE(visits_.prompts(prank_, 10).ok());
  });
  EXPECT_EQ(plans.find("SCAN"), std::string::npos) << plans;
  EXPECT_EQ(plans.find("TEMP B-TREE"), std::string::npos) << plans;
}

}  // namespace
}  // namespace easel
