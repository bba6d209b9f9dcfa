#include "gateway/json_body.h"

#include <gtest/gtest.h>

#include <limits>

#include "gateway/api_error.h"

namespace easel {
namespace {

ErrorCode code_of(const std::string& text) {
  return public_error(parse_json_object(text).status()).code;
}

TEST(JsonBodyTest, TakesThirtyTwoLevelsAndNoMore) {
  const auto nested = [](int levels) {
    return "{\"a\": " + std::string(static_cast<size_t>(levels - 1), '[') +
           std::string(static_cast<size_t>(levels - 1), ']') + "}";
  };
  EXPECT_TRUE(parse_json_object(nested(32)).ok());
  EXPECT_EQ(code_of(nested(33)), ErrorCode::kInvalidJson);
  EXPECT_EQ(code_of(std::string(1'000'000, '[')), ErrorCode::kInvalidJson);
}

TEST(JsonBodyTest, RefusesAKeyTwiceAtAnyLevel) {
  EXPECT_EQ(code_of(R"({"a": 1, "a": 1})"), ErrorCode::kInvalidJson);
  EXPECT_EQ(code_of(R"({"a": {"b": 1, "b": 2}})"), ErrorCode::kInvalidJson);
  EXPECT_EQ(code_of(R"({"a": 1, "\u0061": 2})"), ErrorCode::kInvalidJson);
  EXPECT_TRUE(parse_json_object(R"({"a": {"b": 1}, "b": [{"b": 1}, {"b": 2}]})").ok());
}

TEST(JsonBodyTest, RefusesWhatNoTextOrNumberMayBe) {
  for (const std::string& text :
       {std::string(R"({"a": "\u0000"})"), std::string(R"({"\u0000": 1})"),
        std::string("{\"a\": \"\0\"}", 10), std::string("{\"a\": \"\n\"}"),
        std::string(R"({"a": 1e999})"), std::string(R"({"a": -1e999})"),
        std::string(R"({"a": .5})"), std::string(R"({"a": +1})"), std::string(R"({"a": 0x1})"),
        std::string(R"({"a": nan})"), std::string("{\"a\": \"\xf4\x90\x80\x80\"}"),
        std::string("{\"a\": \"\xe0\x80\xaf\"}")}) {
    EXPECT_EQ(code_of(text), ErrorCode::kInvalidJson) << text;
  }
}

TEST(JsonBodyTest, WholeNumbersMayBeWrittenAsOthersAndKeepTheirBounds) {
  const nlohmann::json object = *parse_json_object(
      R"({"a": 7.0, "b": 9007199254740991, "c": 9007199254740992, "d": 7.5, "e": -9e18})");
  EXPECT_EQ(JsonFields(object).whole_number("a", 0, 10), 7);
  const int64_t most = 9007199254740991;
  EXPECT_EQ(JsonFields(object).whole_number("b", 0, most), most);
  for (const char* name : {"c", "d", "e"}) {
    JsonFields fields(object);
    EXPECT_FALSE(fields.whole_number(name, 0, most)) << name;
  }
}

TEST(JsonBodyTest, AListOfWholeNumbersHasWhatWasWritten) {
  const nlohmann::json object =
      *parse_json_object(R"({"a": [9223372036854775807, -1], "b": [9223372036854775808]})");
  JsonFields fields(object);
  EXPECT_EQ(fields.whole_numbers("a", 2),
            (std::vector<int64_t>{std::numeric_limits<int64_t>::max(), -1}));
  EXPECT_EQ(fields.whole_numbers("b", 2), std::vector<int64_t>());
  EXPECT_NE(public_error(fields.finish()).message.find("'b'"), std::string::npos);
}

TEST(JsonBodyTest, TheUnknownFieldIsNamedBeforeTheWrongOne) {
  const nlohmann::json object = *parse_json_object(R"({"stepz": 3, "seed": "x"})");
  JsonFields fields(object);
  fields.whole_number("seed", 0, 10);
  const std::string message = public_error(fields.finish()).message;
  EXPECT_NE(message.find("'stepz'"), std::string::npos) << message;
}

}  // namespace
}  // namespace easel
