#include "services/models/hub_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/file.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

class HubCacheTest : public ::testing::Test {
 protected:
  fs::path snapshot(const std::string& repository, const std::string& revision) {
    const fs::path path = cache() / repository / "snapshots" / revision;
    fs::create_directories(path);
    write(path / "model_index.json", "{}");
    return path;
  }
  void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(write_file_atomically(path, text).ok());
  }
  fs::path cache() const { return folder_.path() / "hub"; }

  TempFolder folder_;
};

TEST_F(HubCacheTest, FollowsTheRevisionOfMain) {
  snapshot("models--o--n", "aaa");
  const fs::path wanted = snapshot("models--o--n", "bbb");
  write(cache() / "models--o--n/refs/main", "bbb\n");
  EXPECT_EQ(find_in_hub_cache(cache(), "o/n"), wanted);
}

TEST_F(HubCacheTest, TakesTheOnlySnapshotWithoutARevision) {
  const fs::path only = snapshot("models--o--n", "aaa");
  EXPECT_EQ(find_in_hub_cache(cache(), "o/n"), only);
  snapshot("models--o--n", "bbb");
  EXPECT_EQ(find_in_hub_cache(cache(), "o/n"), std::nullopt);
}

TEST_F(HubCacheTest, ARevisionCannotLeadOutOfTheCache) {
  snapshot("models--o--n", "aaa");
  snapshot("models--o--n", "bbb");
  write(cache() / "models--o--n/refs/main", "../../../elsewhere");
  fs::create_directories(folder_.path() / "elsewhere");
  EXPECT_EQ(find_in_hub_cache(cache(), "o/n"), std::nullopt);
}

TEST_F(HubCacheTest, ListsModelsOnly) {
  snapshot("models--o--n", "aaa");
  snapshot("datasets--o--d", "aaa");
  fs::create_directories(cache() / "models--o--lora/snapshots/aaa");
  const auto found = list_hub_cache(cache());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].hub_id, "o/n");
}

TEST_F(HubCacheTest, ListsTheModelsFolder) {
  write(folder_.path() / "org/b/model_index.json", "{}");
  write(folder_.path() / "org/a/model_index.json", "{}");
  fs::create_directories(folder_.path() / "org/empty");
  const auto found = list_models_dir(folder_.path());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].hub_id, "org/a");
  EXPECT_EQ(found[1].path, folder_.path() / "org/b");
}

TEST_F(HubCacheTest, PlacesThatAreNotThereHoldNothing) {
  EXPECT_EQ(find_in_hub_cache("", "o/n"), std::nullopt);
  EXPECT_TRUE(list_hub_cache(folder_.path() / "none").empty());
  EXPECT_TRUE(list_models_dir("").empty());
}

}  // namespace
}  // namespace easel
