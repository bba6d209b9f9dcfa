#include "gateway/retention.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/storage/records.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr int64_t kDayMs = 86'400'000;

class RetentionTest : public ::testing::Test {
 protected:
  void add(const std::string& id, int64_t created_at_ms) {
    GenerationAsked asked = sample_asked(id);
    asked.created_at_ms = created_at_ms;
    ASSERT_TRUE(storage_->generations().insert_started(asked).ok());
    ASSERT_TRUE(storage_->generations().finish_cancelled(id, kSampleEnd).ok());
  }
  size_t count() { return storage_->generations().page(100, "").value().items.size(); }

  TempFolder folder_;
  std::unique_ptr<Storage> storage_ = open_storage(folder_.path());
  Clock clock_{[] { return 100 * kDayMs; }, [] { return int64_t{0}; }};
};

TEST_F(RetentionTest, RemovesAtTheStartWhatIsOlderThanItsDays) {
  for (int i = 0; i < 250; ++i) add("old-" + std::to_string(i), 89 * kDayMs + i);
  add("edge", 90 * kDayMs);
  add("new", 99 * kDayMs);
  const Retention retention(storage_->removal(), clock_, /*days=*/10);
  for (int i = 0; i < 2000 && count() > 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(count(), 2U);
  EXPECT_TRUE(storage_->generations().get("edge").value().has_value());
}

TEST_F(RetentionTest, KeepsAllWithoutDays) {
  add("old", 0);
  Retention retention(storage_->removal(), clock_, /*days=*/0);
  EXPECT_EQ(count(), 1U);
}

}  // namespace
}  // namespace easel
