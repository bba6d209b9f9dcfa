#include "services/cli/table.h"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(TableTest, AlignsColumnsByCharacters) {
  EXPECT_EQ(format_table({{"a", "bb", "c"}, {"éé", "", "d"}, {"x"}}), "a   bb  c\néé      d\nx\n");
}

TEST(TableTest, CountsReadEasily) {
  EXPECT_EQ(format_count(900), "900");
  EXPECT_EQ(format_count(12345), "12.3 k");
  EXPECT_EQ(format_count(12345678), "12.3 M");
  EXPECT_EQ(format_count(11901408320), "11.9 B");
}

}  // namespace
}  // namespace easel
