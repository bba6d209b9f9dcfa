#include "engine/runtime/model_cache.h"

#include <gtest/gtest.h>

#include "tests/support/fake_model.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using testing::FakeWorld;
using Keys = std::vector<std::string>;

class ModelCacheTest : public ::testing::Test {
 protected:
  ModelCache make(size_t max_loaded) {
    return ModelCache(
        max_loaded, [world = world_](const std::string& key) { return open_fake(world, key); },
        [this](const std::vector<LoadedModelStatus>& models) {
          bool loading = false;
          for (const LoadedModelStatus& model : models) loading = loading || model.loading;
          told_loading_ = told_loading_ || loading;
        });
  }
  absl::StatusOr<ModelCache::Entry*> acquire(ModelCache& cache, const std::string& key) {
    return cache.acquire(key, /*sink=*/nullptr, cancel_);
  }
  static Keys keys(const ModelCache& cache) {
    Keys keys;
    for (const LoadedModelStatus& model : cache.snapshot()) keys.push_back(model.key);
    return keys;
  }

  const std::shared_ptr<FakeWorld> world_ = std::make_shared<FakeWorld>();
  CancelToken cancel_;
  bool told_loading_ = false;
};

TEST_F(ModelCacheTest, OpensAModelOnceAndTellsItsBytes) {
  ModelCache cache = make(1);
  ASSERT_TRUE(acquire(cache, "a").ok());
  const auto again = acquire(cache, "a");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->fingerprint, "fingerprint of a");
  EXPECT_EQ(world_->opened(), Keys({"a"}));
  ASSERT_EQ(cache.snapshot().size(), 1u);
  EXPECT_EQ(cache.snapshot()[0].bytes, 1000);
  EXPECT_FALSE(cache.snapshot()[0].loading);
  EXPECT_TRUE(told_loading_);
}

TEST_F(ModelCacheTest, TheLeastRecentlyUsedOneLeaves) {
  ModelCache cache = make(2);
  for (const char* key : {"a", "b", "a", "c"}) ASSERT_TRUE(acquire(cache, key).ok());
  EXPECT_EQ(keys(cache), Keys({"a", "c"}));
  ASSERT_TRUE(acquire(cache, "b").ok());
  EXPECT_EQ(world_->opened(), Keys({"a", "b", "c", "b"}));
}

TEST_F(ModelCacheTest, AModelWhoseWeightsComeWithEachJobStaysReady) {
  world_->weights_come_with_jobs = true;
  ModelCache cache = make(1);
  ASSERT_TRUE(acquire(cache, "a").ok());
  told_loading_ = false;
  ASSERT_TRUE(acquire(cache, "a").ok());
  EXPECT_FALSE(told_loading_);
  EXPECT_FALSE(cache.snapshot()[0].loading);
}

TEST_F(ModelCacheTest, AModelThatNeedsRoomHasTheLeastRecentlyUsedOthersLeave) {
  std::vector<UnloadedModel> unloaded;
  ModelCache cache(
      3, [world = world_](const std::string& key) { return open_fake(world, key); }, nullptr,
      [&](const UnloadedModel& model) { unloaded.push_back(model); });
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(acquire(cache, key).ok());
  EXPECT_TRUE(world_->make_room.at("c")());
  EXPECT_EQ(keys(cache), Keys({"b", "c"}));
  EXPECT_TRUE(world_->make_room.at("c")());
  EXPECT_FALSE(world_->make_room.at("c")()) << "never itself";
  EXPECT_EQ(keys(cache), Keys({"c"}));
  ASSERT_EQ(unloaded.size(), 2U);
  EXPECT_EQ(unloaded[0].key, "a");
  EXPECT_EQ(unloaded[0].bytes, 1000);
  EXPECT_EQ(unloaded[1].key, "b");
}

TEST_F(ModelCacheTest, WhoHoldsNoMemoryNeedNotLeave) {
  world_->weights_come_with_jobs = true;
  ModelCache cache = make(2);
  for (const char* key : {"a", "b"}) ASSERT_TRUE(acquire(cache, key).ok());
  EXPECT_FALSE(world_->make_room.at("b")());
  EXPECT_EQ(keys(cache), Keys({"a", "b"}));
}

TEST_F(ModelCacheTest, AModelThatCannotBeOpenedPushesNobodyOut) {
  ModelCache cache = make(1);
  ASSERT_TRUE(acquire(cache, "a").ok());
  world_->open_status = make_error(Reason::kModelMissing, "not here");
  EXPECT_TRUE(fails_with(acquire(cache, "b").status(), Reason::kModelMissing, {"not here"}));
  EXPECT_EQ(keys(cache), Keys({"a"}));
}

TEST_F(ModelCacheTest, AModelThatFailsToLoadIsClosedAgain) {
  ModelCache cache = make(1);
  world_->load_status = make_error(Reason::kOutOfMemory, "too large");
  EXPECT_TRUE(fails_with(acquire(cache, "a").status(), Reason::kOutOfMemory, {"too large"}));
  EXPECT_EQ(keys(cache), Keys());
  world_->load_status = absl::OkStatus();
  EXPECT_TRUE(acquire(cache, "a").ok());
}

TEST_F(ModelCacheTest, UnloadSaysWhetherItWasThere) {
  ModelCache cache = make(1);
  ASSERT_TRUE(acquire(cache, "a").ok());
  EXPECT_TRUE(cache.unload("a"));
  EXPECT_FALSE(cache.unload("a"));
  EXPECT_EQ(keys(cache), Keys());
}

}  // namespace
}  // namespace easel
