#include "services/cli/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace easel {
namespace {

TEST(ProgressTest, ShowsShareCountAndTimeLeft) {
  EXPECT_EQ(progress_line({"denoise", 10, 20}, 3.0),
            "denoise  [##########----------]  50 %  10/20  0:03 left");
  EXPECT_EQ(progress_line({"denoise", 1, 4}, 1200.0),
            "denoise  [#####---------------]  25 %  1/4  1:00:00 left");
}

TEST(ProgressTest, GuessesNoTimeAtTheEnds) {
  EXPECT_EQ(progress_line({"encode", 0, 4}, 1.0), "encode   [--------------------]   0 %  0/4");
  EXPECT_EQ(progress_line({"encode", 4, 4}, 1.0), "encode   [####################] 100 %  4/4");
}

TEST(ProgressTest, StandsCountsThatCannotBe) {
  EXPECT_EQ(progress_line({"x", 3, 0}, 1.0), "x        [####################] 100 %  1/1");
  EXPECT_EQ(progress_line({"x", -1, 2}, 1.0), "x        [--------------------]   0 %  0/2");
}

TEST(ProgressTest, WritesALineAStageWhereThereIsNoTerminal) {
  std::ostringstream out;
  ProgressPrinter printer(out, /*is_terminal=*/false);
  printer.begin("open");
  printer.show(StageStarted{"denoise", 20});
  printer.show(StageProgress{"denoise", 1, 20});
  printer.show(Warning{"cut"});
  printer.clear();
  EXPECT_EQ(out.str(), "open\ndenoise: 20 steps\nwarning: cut\n");
}

TEST(ProgressTest, TakesItsLineAwayOnATerminal) {
  std::ostringstream out;
  {
    ProgressPrinter printer(out, /*is_terminal=*/true);
    printer.show(StageProgress{"denoise", 20, 20});
    EXPECT_NE(out.str().find("100 %"), std::string::npos);
    EXPECT_EQ(out.str().find('\n'), std::string::npos);
  }
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
}

}  // namespace
}  // namespace easel
