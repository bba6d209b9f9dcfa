#include "services/cli/plan_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace easel {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

MemoryPlan plan() {
  MemoryPlan plan;
  plan.title = "FLUX.1-dev";
  plan.device = "cuda:0";
  plan.width = plan.height = 1024;
  plan.steps = 28;
  plan.num_images = 1;
  plan.budget_bytes = 8 * kGiB;
  plan.budget_source = "given";
  plan.fits = true;
  plan.peak_bytes = 7 * kGiB;
  plan.seconds_per_step = 0.75;
  plan.seconds_per_request = 21.6;
  plan.smallest_budget_bytes = 2 * kGiB;
  plan.components = {{"text_encoder", "whole", "bf16", 12, 12, 100, 100},
                     {"transformer", "stream_host", "bf16", 9, 57, 6 * kGiB, 22 * kGiB},
                     {"vae", "resident", "bf16", 0, 0, 160, 160}};
  plan.reason = "It streams.";
  plan.helps = {"more memory"};
  plan.assumed = {"from disk: 2.0 GB/s (assumed)"};
  return plan;
}

TEST(PlanReportTest, TheTextHasALineAComponent) {
  const std::string text = plan_text(plan());
  EXPECT_EQ(
      text.find("FLUX.1-dev on cuda:0: 1024 x 1024, 28 steps, 1 picture; budget 8.0 GiB (given)"),
      0u)
      << text;
  EXPECT_NE(text.find("streams from host memory  9/57"), std::string::npos) << text;
  EXPECT_NE(text.find("It fits: 7.0 GiB at the peak, about 0.75 s a step and 22 s a request."),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("What would help:\n  more memory\n"), std::string::npos) << text;
}

TEST(PlanReportTest, AMisfitHasNoTable) {
  MemoryPlan misfit = plan();
  misfit.fits = false;
  misfit.components.clear();
  misfit.reason = "It does not fit: …";
  const std::string text = plan_text(misfit);
  EXPECT_EQ(text.find("at the peak"), std::string::npos);
  EXPECT_NE(text.find("It does not fit"), std::string::npos);
}

TEST(PlanReportTest, TheJsonHasTheKeysThatScriptsRelyOn) {
  const std::string line = plan_json(plan());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto json = nlohmann::ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"fits", "peak_bytes", "seconds_per_step",
                                            "smallest_budget_bytes", "components", "reason"}));
  keys.clear();
  for (const auto& [key, value] : json["components"][1].items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"name", "placement", "format", "resident_blocks",
                                            "blocks", "bytes"}));
  EXPECT_EQ(json["components"][1]["resident_blocks"], 9);
  EXPECT_EQ(json["peak_bytes"], 7 * kGiB);
}

}  // namespace
}  // namespace easel
