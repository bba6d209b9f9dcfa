#include "engine/weights/json_file.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

TEST(JsonFileTest, ReadsAnObject) {
  const TempFolder folder;
  const auto json = read_json_file(folder.write("config.json", R"({"a":[1,2.5],"b":"x"})"));
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->at("b"), "x");
}

TEST(JsonFileTest, NamesThePathAndTheByte) {
  const TempFolder folder;
  const auto path = folder.write("config.json", R"({"a": 1, "b": })");
  EXPECT_TRUE(
      fails_with(read_json_file(path).status(), Reason::kBadWeights, {path.string(), "byte 15"}));
  EXPECT_TRUE(fails_with(read_json_file(folder / "none.json").status(), Reason::kModelMissing,
                         {"none.json"}));
}

TEST(JsonFileTest, EveryPrefixOfAFileIsRefused) {
  const TempFolder folder;
  const std::string whole =
      R"({"_class_name":"X","sizes":[16,56,56],"scale":0.25,"flag":true,"none":null})";
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto path = folder.write("config.json", std::string_view(whole).substr(0, size));
    EXPECT_TRUE(fails_with(read_json_file(path).status(), Reason::kBadWeights, {path.string()}))
        << size;
  }
}

TEST(JsonFileTest, RefusesWhatIsNoObject) {
  const TempFolder folder;
  for (const char* text :
       {"[]", "1", "null", "\"a\"", "{} {}", "{\"a\":NaN}", "{\"a\":1e999}", "{\"\xFF\":1}"}) {
    EXPECT_TRUE(
        fails_with(read_json_file(folder.write("x", text)).status(), Reason::kBadWeights, {"/x"}))
        << text;
  }
  EXPECT_TRUE(fails_with(parse_json_object(std::string_view("{}\0{", 4)).status(),
                         Reason::kBadWeights, {"zero byte"}));
}

TEST(JsonFileTest, RefusesDepthAndSizeBeforeParsing) {
  const TempFolder folder;
  const std::string deep = "{\"a\":" + std::string(1'000'000, '[');
  EXPECT_TRUE(fails_with(read_json_file(folder.write("deep", deep)).status(), Reason::kBadWeights,
                         {"deep", "32"}));
  EXPECT_TRUE(fails_with(read_json_file(folder.write("big", "{\"a\":1}"), 6).status(),
                         Reason::kBadWeights, {"big", "at most 6"}));
}

}  // namespace
}  // namespace easel
