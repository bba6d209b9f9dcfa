#include "gateway/known_models.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/gateway/fake_image_worker.h"

namespace easel {
namespace {

class KnownModelsTest : public ::testing::Test {
 protected:
  void start() { models_ = std::make_unique<KnownModels>(options_, worker_); }
  bool has(const std::string& key) {
    const auto list = models_->list(key);
    return list != nullptr && KnownModels::find(*list, key) != nullptr;
  }
  static KnownModels::List one(const std::string& key) {
    WorkerModel model;
    model.key = key;
    model.is_default = true;
    return {model};
  }

  KnownModelsOptions options_{.fresh = {}, .patience = std::chrono::seconds(20)};
  FakeImageWorker worker_;
  std::unique_ptr<KnownModels> models_;
};

TEST_F(KnownModelsTest, AListIsThereWhileTheWorkerHangs) {
  worker_.set_list([] { return one("demo"); });
  start();
  ASSERT_TRUE(has("demo"));
  std::promise<void> released;
  worker_.set_list([future = released.get_future().share()] {
    future.wait();
    return one("demo");
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(has("demo"));
    EXPECT_TRUE(has(""));
  }
  released.set_value();
  models_.reset();
}

TEST_F(KnownModelsTest, AWorkerThatHangsFromTheBeginningIsNotWaitedForLong) {
  options_.worker_timeout = options_.patience = std::chrono::milliseconds(10);
  std::promise<void> released;
  worker_.set_list([future = released.get_future().share()] {
    future.wait();
    return one("demo");
  });
  start();
  EXPECT_EQ(models_->list(""), nullptr);
  released.set_value();
  while (models_->list("") == nullptr) std::this_thread::yield();
}

TEST_F(KnownModelsTest, AModelThatTheListLacksIsAskedForAnew) {
  worker_.set_list([] { return one("old"); });
  options_.fresh = std::chrono::hours(1);
  options_.patience = std::chrono::milliseconds(200);
  start();
  ASSERT_TRUE(has("old"));
  worker_.set_list([] { return one("new"); });
  while (!has("new")) std::this_thread::yield();
  EXPECT_FALSE(has("old"));
}

TEST_F(KnownModelsTest, AWorkerThatIsGoneLeavesTheListAsItWas) {
  worker_.set_list([] { return one("demo"); });
  start();
  ASSERT_TRUE(has("demo"));
  worker_.set_list(
      []() -> absl::StatusOr<KnownModels::List> { return absl::UnavailableError("gone"); });
  const int before = worker_.lists;
  while (worker_.lists < before + 3) EXPECT_TRUE(has("demo"));
}

}  // namespace
}  // namespace easel
