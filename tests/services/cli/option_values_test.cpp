#include "services/cli/option_values.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

TEST(OptionValuesTest, ReadsWholeNumbers) {
  EXPECT_EQ(*parse_whole("--seed", "9007199254740991"), 9007199254740991);
  EXPECT_EQ(*parse_whole("--x", "-3"), -3);
  EXPECT_EQ(*parse_whole("--x", "007"), 7);
}

TEST(OptionValuesTest, RefusesWhatIsNoWholeNumber) {
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "1e3", "0x10", "ten", "1,000", "--1",
                           "9223372036854775808", "99999999999999999999", "NaN", "\xd9\xa1"}) {
    EXPECT_TRUE(fails_with(parse_whole("--steps", text).status(), Reason::kInvalidField,
                           {"--steps must be a whole number"}))
        << text;
  }
}

TEST(OptionValuesTest, NamesTheRangeThatIsAllowed) {
  EXPECT_TRUE(fails_with(parse_whole("--seed", "-1", {0, 10}).status(), Reason::kInvalidField,
                         {"--seed must be a whole number from 0 to 10, not '-1'"}));
  EXPECT_TRUE(fails_with(parse_whole("--steps", "0", {1}).status(), Reason::kInvalidField,
                         {"--steps must be a whole number, 1 or more, not '0'"}));
}

TEST(OptionValuesTest, ReadsRealNumbers) {
  EXPECT_EQ(*parse_real("--guidance", "3.5"), 3.5);
  EXPECT_EQ(*parse_real("--guidance", "-1e-3"), -1e-3);
}

TEST(OptionValuesTest, RefusesWhatIsNoFiniteNumber) {
  for (const char* text :
       {"", "nan", "NaN", "-nan", "inf", "-inf", "infinity", "1e400", "3,5", "3.5x", "abc"}) {
    EXPECT_TRUE(fails_with(parse_real("--guidance", text).status(), Reason::kInvalidField,
                           {"--guidance must be a finite number"}))
        << text;
  }
}

TEST(OptionValuesTest, ShowsHostileTextWithoutItsControlCharacters) {
  EXPECT_TRUE(fails_with(parse_whole("--steps", "\x1b[2J").status(), Reason::kInvalidField,
                         {"'\\x1b[2J'"}));
  const auto refused = parse_whole("--steps", std::string(100000, '9'));
  EXPECT_LT(refused.status().message().size(), 200u);
}

TEST(OptionValuesTest, SplitsPairsAtTheFirstEqualsSign) {
  const auto pairs = parse_pairs("--option", {"a=1", "b=x=y", "c="});
  ASSERT_TRUE(pairs.ok());
  EXPECT_EQ(*pairs, (std::map<std::string, std::string>{{"a", "1"}, {"b", "x=y"}, {"c", ""}}));
}

TEST(OptionValuesTest, RefusesPairsWithoutANameAndDoubledOnes) {
  for (const char* text : {"a", "=1", ""}) {
    EXPECT_TRUE(
        fails_with(parse_pairs("--option", {text}).status(), Reason::kInvalidField, {"--option"}));
  }
  EXPECT_TRUE(fails_with(parse_pairs("--option", {"a=1", "a=2"}).status(), Reason::kInvalidField,
                         {"'a' twice"}));
}

TEST(OptionValuesTest, AFileThatCannotBeReadIsWrongUse) {
  const TempFolder folder;
  const auto file = folder.write("f", "12345");
  EXPECT_EQ(*read_option_file("--image", file, 5), "12345");
  EXPECT_TRUE(fails_with(read_option_file("--image", file, 4).status(), Reason::kInvalidField,
                         {"--image"}));
  EXPECT_TRUE(fails_with(read_option_file("--image", folder / "none", 5).status(),
                         Reason::kInvalidField, {"--image", "none"}));
  EXPECT_TRUE(fails_with(read_option_file("--image", folder.path(), 5).status(),
                         Reason::kInvalidField, {"--image"}));
}

}  // namespace
}  // namespace easel
