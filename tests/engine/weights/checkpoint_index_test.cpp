#include "engine/weights/checkpoint_index.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

void expect_refused(std::string_view json, const std::vector<std::string_view>& named) {
  EXPECT_TRUE(fails_with(parse_checkpoint_index(json).status(), Reason::kBadWeights, named))
      << json;
}

TEST(CheckpointIndexTest, GivesTheShardOfEachTensor) {
  const auto index = parse_checkpoint_index(
      R"({"metadata":{"total_size":1.5e9},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}})");
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(index->shard_of.size(), 2u);
  EXPECT_EQ(index->shard_of.find("b")->second, "m-2.safetensors");
}

TEST(CheckpointIndexTest, RefusesNamesThatLeaveTheFolder) {
  for (const char* name :
       {"../x.safetensors", "/etc/x.safetensors", "sub/x.safetensors", "..\\\\x.safetensors",
        "x\\u0000.safetensors", "..safetensors", ".safetensors", "", "x.bin", ".."}) {
    expect_refused(concat(R"({"weight_map":{"a.weight":")", name, R"("}})"),
                   {"'a.weight'", "own folder"});
  }
}

TEST(CheckpointIndexTest, RefusesATensorGivenTwice) {
  expect_refused(R"({"weight_map":{"a":"x.safetensors","a":"y.safetensors"}})", {"'a'", "twice"});
  expect_refused(R"({"weight_map":{"a":"x.safetensors"},"weight_map":{"b":"x.safetensors"}})",
                 {"'weight_map'", "twice"});
}

TEST(CheckpointIndexTest, EqualKeysElsewhereDoNoHarm) {
  EXPECT_TRUE(parse_checkpoint_index(
                  R"({"metadata":{"a":1,"a":2},"weight_map":{"a":"x.safetensors"},"x":{"a":0}})")
                  .ok());
}

TEST(CheckpointIndexTest, RefusesWhatIsNoIndex) {
  for (const char* text :
       {"{}", "{\"weight_map\":{}}", "{\"weight_map\":[]}", "{\"weight_map\":null}"}) {
    expect_refused(text, {"weight_map"});
  }
  expect_refused(R"({"weight_map":{"a":1}})", {"'a'", "number"});
  expect_refused("[]", {"array"});
  expect_refused(R"({"weight_map":{"a":"x.safetensors")", {"not JSON at byte"});
}

}  // namespace
}  // namespace easel
