#include "engine/weights/config_reader.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

using Json = nlohmann::json;

constexpr char kSource[] = "transformer/config.json";

template <typename Read>
absl::Status error_of(const char* text, Read read) {
  const Json json = Json::parse(text);
  ConfigReader reader(json, kSource);
  read(reader);
  return reader.status();
}

TEST(ConfigReaderTest, ReadsEachType) {
  const Json json = Json::parse(
      R"({"n":19,"x":0.25,"whole":3,"flag":true,"name":"silu","axes":[16,56,56],"types":["a","b"],"none":null})");
  ConfigReader reader(json, kSource);
  EXPECT_EQ(reader.required_int("n", 1, 100), 19);
  EXPECT_EQ(reader.int_or("n", 5, 1, 100), 19);
  EXPECT_EQ(reader.number_or("x", 1), 0.25);
  EXPECT_EQ(reader.number_or("whole", 1), 3.0);
  EXPECT_TRUE(reader.bool_or("flag", false));
  EXPECT_EQ(reader.string_or("name", ""), "silu");
  EXPECT_EQ(reader.ints("axes", 3, 3, 1, 1000), (std::vector<int64_t>{16, 56, 56}));
  EXPECT_EQ(reader.strings("types", 1, 4), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(reader.has("n"));
  EXPECT_TRUE(reader.status().ok()) << reader.status();
}

TEST(ConfigReaderTest, AbsentAndNullGiveTheDefault) {
  const Json json = Json::parse(R"({"none":null})");
  ConfigReader reader(json, kSource);
  for (const char* key : {"none", "absent"}) {
    EXPECT_FALSE(reader.has(key));
    EXPECT_EQ(reader.int_or(key, 7, 1, 10), 7);
    EXPECT_EQ(reader.number_or(key, 0.5), 0.5);
    EXPECT_TRUE(reader.bool_or(key, true));
    EXPECT_EQ(reader.string_or(key, "x"), "x");
  }
  EXPECT_TRUE(reader.status().ok()) << reader.status();
}

TEST(ConfigReaderTest, AMissingKeyNamesFileKeyAndWhatIsAllowed) {
  for (const char* text : {"{}", R"({"num_layers":null})"}) {
    const auto status =
        error_of(text, [](ConfigReader& r) { r.required_int("num_layers", 1, 1000); });
    EXPECT_TRUE(
        fails_with(status, Reason::kBadWeights, {kSource, "'num_layers'", "missing", "1 to 1000"}));
  }
}

TEST(ConfigReaderTest, AValueOutOfRangeNamesItself) {
  for (const char* text :
       {R"({"n":0})", R"({"n":-1})", R"({"n":11})", R"({"n":18446744073709551615})", R"({"n":2.5})",
        R"({"n":2.0})", R"({"n":"2"})", R"({"n":true})", R"({"n":[2]})"}) {
    int64_t value = 0;
    const auto status =
        error_of(text, [&](ConfigReader& r) { value = r.required_int("n", 1, 10); });
    EXPECT_TRUE(fails_with(status, Reason::kBadWeights, {kSource, "'n'", "1 to 10"})) << text;
    EXPECT_EQ(value, 1);
  }
  EXPECT_TRUE(fails_with(error_of(R"({"n":-5})", [](ConfigReader& r) { r.int_or("n", 3, 1, 10); }),
                         Reason::kBadWeights, {"'-5'"}));
}

TEST(ConfigReaderTest, WrongTypesAreRefused) {
  const auto expect = [](const char* text, std::string_view named, auto read) {
    EXPECT_TRUE(fails_with(error_of(text, read), Reason::kBadWeights, {kSource, "'k'", named}))
        << text;
  };
  expect(R"({"k":"1"})", "a number", [](ConfigReader& r) { r.number_or("k", 0); });
  expect(R"({"k":1})", "true or false", [](ConfigReader& r) { r.bool_or("k", false); });
  expect(R"({"k":1})", "a string", [](ConfigReader& r) { r.string_or("k", ""); });
  expect(R"({"k":[1,2]})", "a list of 3 whole numbers",
         [](ConfigReader& r) { r.ints("k", 3, 3, 0, 9); });
  expect(R"({"k":[1,10,2]})", "0 to 9", [](ConfigReader& r) { r.ints("k", 3, 3, 0, 9); });
  expect(R"({"k":5})", "a list of 1 to 3 whole numbers",
         [](ConfigReader& r) { r.ints("k", 1, 3, 0, 9); });
  expect(R"({})", "missing", [](ConfigReader& r) { r.ints("k", 1, 3, 0, 9); });
  expect(R"({"k":["a",1]})", "strings", [](ConfigReader& r) { r.strings("k", 1, 3); });
  expect(R"({"k":[]})", "1 to 3 strings", [](ConfigReader& r) { r.strings("k", 1, 3); });
}

TEST(ConfigReaderTest, AListThatFailsStillHasTheLengthItMustHave) {
  const Json json = Json::parse(R"({"k":{}})");
  ConfigReader reader(json, kSource);
  EXPECT_EQ(reader.ints("k", 3, 3, 2, 9), (std::vector<int64_t>{2, 2, 2}));
  EXPECT_EQ(reader.strings("k", 2, 2).size(), 2u);
  EXPECT_FALSE(reader.status().ok());
}

TEST(ConfigReaderTest, TheFirstErrorStays) {
  const auto status = error_of(R"({"a":0,"b":0})", [](ConfigReader& r) {
    r.required_int("a", 1, 2);
    r.required_int("b", 1, 2);
    r.fail("c", "is odd");
  });
  EXPECT_TRUE(fails_with(status, Reason::kBadWeights, {"'a'"}));
}

TEST(ConfigReaderTest, ACallersOwnCheckNamesItsKey) {
  const auto status =
      error_of("{}", [](ConfigReader& r) { r.fail("heads", "does not divide 'width'"); });
  EXPECT_TRUE(
      fails_with(status, Reason::kBadWeights, {kSource, "'heads' does not divide 'width'"}));
}

TEST(ConfigReaderTest, JsonThatIsNoObjectIsAnErrorAndNoCrash) {
  EXPECT_TRUE(fails_with(error_of("[1]", [](ConfigReader& r) { r.required_int("a", 1, 2); }),
                         Reason::kBadWeights, {kSource, "array"}));
}

}  // namespace
}  // namespace easel
