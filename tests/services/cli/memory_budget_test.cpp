// `easel generate --memory-budget`.
#include "tests/services/cli/easel_process.h"

namespace easel {
namespace {

class MemoryBudgetTest : public EaselTest {};

TEST_F(MemoryBudgetTest, APictureWithinItHasTheSameBytes) {
  ASSERT_EQ(generate({"--output", "free.png"}).exit_code, 0);
  const ProcessResult within = generate({"--output", "within.png", "--memory-budget", "2GiB"});
  ASSERT_EQ(within.exit_code, 0) << within.err;
  EXPECT_EQ(file_bytes(folder_ / "within.png"), file_bytes(folder_ / "free.png"));
}

TEST_F(MemoryBudgetTest, OneThatNothingFitsIsRefusedWithTheSmallestThatWouldDo) {
  const ProcessResult refused =
      generate({"--output", "o.png", "--memory-budget", "1MiB", "--json"});
  EXPECT_EQ(refused.exit_code, 4) << refused.err;
  EXPECT_EQ(refused.json()["error"]["reason"], "OUT_OF_MEMORY") << refused.out;
  EXPECT_NE(refused.err.find("memory budget of 1.0 MiB"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("it needs at least"), std::string::npos) << refused.err;
  EXPECT_TRUE(files().empty());
}

TEST_F(MemoryBudgetTest, WhatIsNoSizeIsToldWithTheOptionsName) {
  for (const char* text : {"much", "-4GiB", "0", "4GiBs", ""}) {
    const ProcessResult refused = generate({"--output", "o.png", "--memory-budget", text});
    EXPECT_EQ(refused.exit_code, 2) << text << refused.err;
    EXPECT_NE(refused.err.find("--memory-budget"), std::string::npos) << refused.err;
  }
}

}  // namespace
}  // namespace easel
