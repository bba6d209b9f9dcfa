#include "services/cli/prompt_source.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

class PromptSourceTest : public ::testing::Test {
 protected:
  std::istringstream in_;
  TempFolder folder_;
};

TEST_F(PromptSourceTest, TakesThePromptAsItIs) {
  EXPECT_EQ(*read_prompt(" two  spaces\n", std::nullopt, in_), " two  spaces\n");
  EXPECT_EQ(*read_prompt("", std::nullopt, in_), "");
}

TEST_F(PromptSourceTest, DropsTheNewlineThatEndsAFile) {
  EXPECT_EQ(*read_prompt(std::nullopt, folder_.write("a", "x\ny\n"), in_), "x\ny");
  EXPECT_EQ(*read_prompt(std::nullopt, folder_.write("b", "x\r\n"), in_), "x");
  EXPECT_EQ(*read_prompt(std::nullopt, folder_.write("c", "x\n\n"), in_), "x\n");
}

TEST_F(PromptSourceTest, ReadsTheStandardInput) {
  in_.str(std::string(100000, 'x') + "\n");
  EXPECT_EQ(*read_prompt(std::nullopt, "-", in_), std::string(100000, 'x'));
}

TEST_F(PromptSourceTest, WantsExactlyOneSource) {
  EXPECT_TRUE(fails_with(read_prompt(std::nullopt, std::nullopt, in_).status(),
                         Reason::kInvalidField, {"one of --prompt and --prompt-file is needed"}));
  EXPECT_TRUE(fails_with(read_prompt("x", "f", in_).status(), Reason::kInvalidField, {"not both"}));
}

TEST_F(PromptSourceTest, RefusesWhatIsNoText) {
  EXPECT_TRUE(fails_with(read_prompt("ab\xff", std::nullopt, in_).status(), Reason::kInvalidField,
                         {"--prompt is not valid UTF-8: byte 2"}));
  const std::string nul("a\0b", 3);
  EXPECT_TRUE(fails_with(read_prompt(std::nullopt, folder_.write("n", nul), in_).status(),
                         Reason::kInvalidField, {"--prompt-file holds a NUL at byte 1"}));
  EXPECT_TRUE(fails_with(read_prompt(std::nullopt, folder_ / "none", in_).status(),
                         Reason::kInvalidField, {"--prompt-file", "none"}));
}

}  // namespace
}  // namespace easel
