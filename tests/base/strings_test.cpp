#include "base/strings.h"

#include <gtest/gtest.h>

#include <vector>

namespace easel {
namespace {

TEST(StringsTest, ConcatenatesTextAndNumbers) {
  EXPECT_EQ(concat("a", std::string_view("b"), 1, ' ', -2.5), "ab1 -2.5");
}

TEST(StringsTest, JoinsWithSeparatorsBetween) {
  EXPECT_EQ(join(std::vector<int>{}, ", "), "");
  EXPECT_EQ(join(std::vector<int>{7}, ", "), "7");
  EXPECT_EQ(join(std::vector<std::string>{"a", "b", "c"}, ", "), "a, b, c");
}

TEST(StringsTest, ViewsConvertBothWaysWithTheirZeroBytes) {
  const std::string_view text("a\0b", 3);
  EXPECT_EQ(to_std(to_absl(text)), text);
}

}  // namespace
}  // namespace easel
