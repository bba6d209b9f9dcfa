#include "base/json_guard.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace easel {
namespace {

constexpr size_t kPlenty = size_t{1} << 20;

TEST(JsonGuardTest, TakesTheAllowedDepthAndNoMore) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(check_json_shape(nested(32), kPlenty).ok());
  EXPECT_EQ(reason_of(check_json_shape(nested(33), kPlenty)), Reason::kInvalidField);
  EXPECT_TRUE(check_json_shape(nested(3), kPlenty, 3).ok());
  EXPECT_FALSE(check_json_shape("{\"a\":[{}]}", kPlenty, 2).ok());
}

TEST(JsonGuardTest, NeighboursDoNotAddUp) {
  std::string text = "[";
  for (int i = 0; i < 100; ++i) text += "[[]],{},";
  EXPECT_TRUE(check_json_shape(text + "0]", kPlenty, 3).ok());
}

TEST(JsonGuardTest, BracketsInStringsDoNotCount) {
  EXPECT_TRUE(check_json_shape(R"({"[[[[\"[[[[\\":"{{{{"})", kPlenty, 1).ok());
  EXPECT_FALSE(check_json_shape(R"({"\\":[[1]]})", kPlenty, 2).ok());
}

TEST(JsonGuardTest, RefusesMoreBytesThanAllowed) {
  EXPECT_TRUE(check_json_shape("[1]", 3).ok());
  EXPECT_EQ(reason_of(check_json_shape("[1] ", 3)), Reason::kInvalidField);
}

TEST(JsonGuardTest, TakesAnyBytesWithoutReadingPastTheEnd) {
  for (const char* text : {"", "\"", "\"\\", "]]]]", "{\"a", "\xFF\xFE"}) {
    EXPECT_TRUE(check_json_shape(text, kPlenty).ok()) << text;
  }
}

}  // namespace
}  // namespace easel
