#include "engine/weights/checkpoint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "base/error.h"
#include "engine/weights/safetensors_writer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr char kIndex[] = "diffusion_pytorch_model.safetensors.index.json";

void write_weights(const std::filesystem::path& path, const std::vector<std::string>& names,
                   const std::string& bytes = "12345678") {
  std::vector<NamedTensor> tensors;
  for (const std::string& name : names) {
    tensors.push_back({name, DType::kF32, {static_cast<int64_t>(bytes.size() / 4)}, bytes});
  }
  ASSERT_TRUE(write_safetensors(path, tensors).ok());
}

// Two shards: "a" and "b" in the first, "c" in the second.
void write_shards(const TempFolder& folder) {
  write_weights(folder / "one.safetensors", {"a", "b"});
  write_weights(folder / "two.safetensors", {"c"});
  folder.write(
      kIndex,
      R"({"weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors"}})");
}

void expect_refused(const std::filesystem::path& path, Reason reason,
                    const std::vector<std::string_view>& named) {
  EXPECT_TRUE(fails_with(Checkpoint::open(path).status(), reason, named));
}

TEST(CheckpointTest, OpensOneFileOrItsFolder) {
  const TempFolder folder;
  write_weights(folder / "model.safetensors", {"b", "a"}, "abcd");
  for (const auto& path : {folder.path(), folder / "model.safetensors"}) {
    const auto checkpoint = Checkpoint::open(path);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ((*checkpoint)->names(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ((*checkpoint)->total_bytes(), 8);
    EXPECT_EQ((*checkpoint)->num_parameters(), 2);
    ASSERT_NE((*checkpoint)->find("a"), nullptr);
    EXPECT_EQ((*checkpoint)->find("a")->data(), "abcd");
    EXPECT_EQ((*checkpoint)->find("x"), nullptr);
    EXPECT_TRUE((*checkpoint)->check_intact().ok());
  }
}

TEST(CheckpointTest, OpensShards) {
  const TempFolder folder;
  write_shards(folder);
  const auto checkpoint = Checkpoint::open(folder.path());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ((*checkpoint)->names(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ((*checkpoint)->files().size(), 2u);
  EXPECT_EQ((*checkpoint)->num_parameters(), 6);
  EXPECT_EQ((*checkpoint)->find("c")->file->file().path(), folder / "two.safetensors");
}

TEST(CheckpointTest, ShardsMayBeLinks) {
  const TempFolder folder;
  write_shards(folder);
  const TempFolder links;
  for (const char* name : {"one.safetensors", "two.safetensors", kIndex}) {
    std::filesystem::create_symlink(folder / name, links / name);
  }
  EXPECT_TRUE(Checkpoint::open(links.path()).ok());
}

TEST(CheckpointTest, ATensorThatTheIndexDoesNotMentionIsThere) {
  const TempFolder folder;
  write_weights(folder / "one.safetensors", {"a", "extra"});
  folder.write(kIndex, R"({"weight_map":{"a":"one.safetensors"}})");
  const auto checkpoint = Checkpoint::open(folder.path());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_NE((*checkpoint)->find("extra"), nullptr);
}

TEST(CheckpointTest, AMissingShardIsNamed) {
  const TempFolder folder;
  write_shards(folder);
  std::filesystem::remove(folder / "two.safetensors");
  expect_refused(folder.path(), Reason::kComponentMissing,
                 {kIndex, "two.safetensors", "No such file"});
}

TEST(CheckpointTest, ADamagedShardIsNamed) {
  const TempFolder folder;
  write_shards(folder);
  std::filesystem::resize_file(folder / "two.safetensors", 70);
  expect_refused(folder.path(), Reason::kBadWeights, {kIndex, "two.safetensors", "cut short"});
}

TEST(CheckpointTest, AnIndexThatNamesATensorItsShardLacksIsRefused) {
  const TempFolder folder;
  write_weights(folder / "one.safetensors", {"a"});
  folder.write(kIndex, R"({"weight_map":{"a":"one.safetensors","b.weight":"one.safetensors"}})");
  expect_refused(folder.path(), Reason::kBadWeights, {"one.safetensors", "'b.weight'"});
}

TEST(CheckpointTest, ATensorInAShardThatTheIndexPutsElsewhereIsRefused) {
  const TempFolder folder;
  write_weights(folder / "one.safetensors", {"a"});
  write_weights(folder / "two.safetensors", {"a", "b"});
  folder.write(kIndex, R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})");
  expect_refused(folder.path(), Reason::kBadWeights,
                 {"two.safetensors", "'a'", "'one.safetensors'"});
}

TEST(CheckpointTest, ATensorInTwoShardsIsRefused) {
  const TempFolder folder;
  write_weights(folder / "one.safetensors", {"a", "extra"});
  write_weights(folder / "two.safetensors", {"b", "extra"});
  folder.write(kIndex, R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})");
  expect_refused(folder.path(), Reason::kBadWeights,
                 {"'extra'", "one.safetensors", "two.safetensors"});
}

TEST(CheckpointTest, AnIndexMayNotLeaveItsFolder) {
  const TempFolder folder;
  write_weights(folder / "x.safetensors", {"a"});
  std::filesystem::create_directory(folder / "sub");
  folder.write(concat("sub/", kIndex), R"({"weight_map":{"a":"../x.safetensors"}})");
  expect_refused(folder / "sub", Reason::kBadWeights, {kIndex, "'a'", "'../x.safetensors'"});
}

TEST(CheckpointTest, APathThatIsNotThereIsAMissingComponent) {
  const TempFolder folder;
  expect_refused(folder / "transformer", Reason::kComponentMissing, {"transformer"});
}

TEST(CheckpointTest, AFileThatShrinksIsTold) {
  const TempFolder folder;
  write_weights(folder / "model.safetensors", {"a"}, std::string(1 << 16, 'w'));
  const auto checkpoint = Checkpoint::open(folder.path());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  ASSERT_EQ(::truncate((folder / "model.safetensors").c_str(), 10), 0);
  EXPECT_EQ((*checkpoint)->find("a")->data().back(), '\0');
  EXPECT_TRUE(
      fails_with((*checkpoint)->check_intact(), Reason::kBadWeights, {"model.safetensors"}));
}

}  // namespace
}  // namespace easel
