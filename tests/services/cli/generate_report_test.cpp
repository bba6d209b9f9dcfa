#include "services/cli/generate_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace easel {
namespace {

GenerateResult example() {
  GenerateResult result;
  result.seed = (uint64_t{1} << 53) - 1;
  result.width = 64;
  result.height = 48;
  result.steps = 4;
  result.family = "flux";
  result.variant = "dev";
  result.dtype = "fp32";
  result.device = "cpu";
  result.seconds = {{"load", 0.5}, {"denoise", 2.25}};
  result.memory.peak = {.total = 3 << 20, .base = 1 << 20, .weights = 2 << 20};
  result.memory.budget_bytes = 4 << 20;
  result.warnings = {"cut"};
  return result;
}

TEST(GenerateReportTest, JsonSaysWhatWasUsed) {
  const auto json = nlohmann::json::parse(generate_json(example(), {"o.png", "o-1.png"}));
  EXPECT_EQ(json["images"], (nlohmann::json{"o.png", "o-1.png"}));
  EXPECT_EQ(json["seed"], 9007199254740991u);
  EXPECT_EQ(json["width"], 64);
  EXPECT_EQ(json["height"], 48);
  EXPECT_EQ(json["steps"], 4);
  EXPECT_EQ(json["family"], "flux");
  EXPECT_EQ(json["variant"], "dev");
  EXPECT_EQ(json["dtype"], "fp32");
  EXPECT_EQ(json["device"], "cpu");
  EXPECT_EQ(json["seconds"]["denoise"], 2.25);
  EXPECT_EQ(json["peak_memory_bytes"], 3 << 20);
  EXPECT_EQ(json["memory"]["peak"], (nlohmann::json{{"total", 3 << 20},
                                                    {"base", 1 << 20},
                                                    {"weights", 2 << 20},
                                                    {"activations", 0},
                                                    {"cache", 0},
                                                    {"workspace", 0},
                                                    {"pinned", 0}}));
  EXPECT_EQ(json["memory"]["budget"], 4 << 20);
  EXPECT_FALSE(json["memory"].contains("planned_peak"));
  EXPECT_EQ(json["warnings"], nlohmann::json{"cut"});
}

TEST(GenerateReportTest, APathInAnotherEncodingIsStillJson) {
  EXPECT_TRUE(nlohmann::json::accept(generate_json(example(), {"\xff.png"})));
}

TEST(GenerateReportTest, TheSummaryIsOneLine) {
  EXPECT_EQ(generate_summary(example()),
            "seed 9007199254740991, 64 x 48, 4 steps, fp32 on cpu; load 0.50 s, denoise 2.25 s; "
            "peak memory 3.0 MiB");
}

}  // namespace
}  // namespace easel
