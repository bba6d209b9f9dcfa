#include "engine/image/a1111_parameters.h"

#include <limits>
#include <vector>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

GenerationParameters example() {
  return {.prompt = "a cat on a mat",
          .negative_prompt = std::string("dog"),
          .steps = 20,
          .sampler = "euler",
          .guidance = 3.5,
          .true_cfg = std::nullopt,
          .seed = 7,
          .width = 512,
          .height = 384,
          .model = "demo",
          .strength = std::nullopt,
          .version = "0.1.0"};
}

void expect_round_trip(const GenerationParameters& in) {
  const std::string text = a1111_parameters(in);
  const auto out = parse_a1111_parameters(text);
  ASSERT_TRUE(out.ok()) << out.status() << "\n" << text;
  EXPECT_EQ(out->prompt, in.prompt);
  EXPECT_EQ(out->negative_prompt, in.negative_prompt);
  EXPECT_EQ(out->steps, in.steps);
  EXPECT_EQ(out->sampler, in.sampler);
  EXPECT_EQ(out->guidance, in.guidance);
  EXPECT_EQ(out->true_cfg, in.true_cfg);
  EXPECT_EQ(out->seed, in.seed);
  EXPECT_EQ(out->width, in.width);
  EXPECT_EQ(out->height, in.height);
  EXPECT_EQ(out->model, in.model);
  EXPECT_EQ(out->strength, in.strength);
  EXPECT_EQ(out->version, in.version);
}

TEST(A1111ParametersTest, WritesTheLinesOfTheWebUi) {
  EXPECT_EQ(a1111_parameters(example()),
            "a cat on a mat\nNegative prompt: dog\n"
            "Steps: 20, Sampler: euler, CFG scale: 3.5, Seed: 7, Size: 512x384, Model: demo, "
            "Version: easel 0.1.0");
}

TEST(A1111ParametersTest, RoundTripsEveryField) {
  GenerationParameters parameters = example();
  expect_round_trip(parameters);
  parameters.negative_prompt.reset();
  parameters.true_cfg = 0.1;
  parameters.strength = 1.0 / 3;
  parameters.guidance = 7;
  parameters.seed = std::numeric_limits<uint64_t>::max();
  expect_round_trip(parameters);
  parameters.negative_prompt = std::string("");
  expect_round_trip(parameters);
}

TEST(A1111ParametersTest, QuotesValuesThatWouldEndEarly) {
  for (const std::string& name :
       std::vector<std::string>{"", "a, b", "C:\\models\\x", "two\nlines", "\"quoted\"", "half \"",
                                " spaces ", "a\tb", "\\", "Steps: 3, Seed: 4", "猫", "\r"}) {
    GenerationParameters parameters = example();
    parameters.model = name;
    parameters.sampler = name;
    parameters.version = name;
    expect_round_trip(parameters);
  }
}

TEST(A1111ParametersTest, RoundTripsHostilePrompts) {
  for (const std::string& prompt : std::vector<std::string>{
           "", "\n", "a\n\nb\n", "  a  ", "Steps: 3, Sampler: x, Seed: 9",
           "x\nSteps: 3, Sampler: x, Seed: 9, Size: 1x1", "say Negative prompt: no", "\r\n", "\"",
           "猫 🐈", "a\n Negative prompt: b"}) {
    GenerationParameters parameters = example();
    parameters.prompt = prompt;
    expect_round_trip(parameters);
    parameters.negative_prompt.reset();
    expect_round_trip(parameters);
    parameters.negative_prompt = prompt;
    expect_round_trip(parameters);
  }
}

TEST(A1111ParametersTest, TakesALineOfThePromptForTheNegativeOneAsTheFormatDoes) {
  GenerationParameters parameters = example();
  parameters.prompt = std::string("a\nNegative prompt: b");
  parameters.negative_prompt = std::string("c");
  const auto out = parse_a1111_parameters(a1111_parameters(parameters));
  EXPECT_EQ(out->prompt, "a");
  EXPECT_EQ(out->negative_prompt, "b\nNegative prompt: c");
}

TEST(A1111ParametersTest, ReadsTextsOfTheWebUi) {
  const auto out = parse_a1111_parameters(
      "a cat\nNegative prompt: dog\nbird\nSteps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG "
      "scale: 7.0, "
      "Seed: 1234567890, Size: 832x1216, Model hash: 6ce0161689, Model: v1-5, Lora hashes: \"a: b, "
      "c: d\", "
      "Version: v1.9.4");
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->negative_prompt, "dog\nbird");
  EXPECT_EQ(out->steps, 28);
  EXPECT_EQ(out->sampler, "DPM++ 2M");
  EXPECT_EQ(out->guidance, 7);
  EXPECT_EQ(out->height, 1216);
  EXPECT_EQ(out->model, "v1-5");
  EXPECT_EQ(out->version, "");
}

TEST(A1111ParametersTest, TakesATextWithoutParametersForAPrompt) {
  EXPECT_EQ(parse_a1111_parameters("a cat: big, grey")->prompt, "a cat: big, grey");
  EXPECT_EQ(parse_a1111_parameters("")->prompt, "");
  EXPECT_EQ(parse_a1111_parameters("Steps: 3, Seed: 4")->prompt, "Steps: 3, Seed: 4");
}

TEST(A1111ParametersTest, RefusesNumbersThatAreNone) {
  for (const char* line :
       {"Steps: x, Seed: 1, Size: 1x1", "Steps: 1, Seed: -1, Size: 1x1",
        "Steps: 1, Seed: 1, Size: 1", "Steps: 1, Seed: 1, Size: 1x", "Steps: 1, Seed: , Size: 1x1",
        "Steps: 99999999999, Seed: 1, Size: 1x1", "Steps: 1, Seed: 1, CFG scale: 7 or so"}) {
    EXPECT_TRUE(fails_with(parse_a1111_parameters(line).status(), Reason::kInvalidField,
                           {"parameters text"}))
        << line;
  }
}

}  // namespace
}  // namespace easel
