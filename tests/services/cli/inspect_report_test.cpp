#include "services/cli/inspect_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace easel {
namespace {

ModelReport example() {
  ModelReport report;
  report.family = "flux";
  report.variant = "dev";
  report.components = {{"vae", "AutoencoderKL", "BF16", 12'345'678, 24'691'356, ""}};
  return report;
}

TEST(InspectReportTest, ACompleteModelIsSaidToBe) {
  const std::string text = model_report_text("m", example());
  EXPECT_NE(text.find("m: flux dev"), std::string::npos);
  EXPECT_NE(text.find("vae        AutoencoderKL  BF16   12.3 M"), std::string::npos) << text;
  EXPECT_NE(text.find("The model is complete."), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(model_report_json("m", example()))["complete"], true);
}

TEST(InspectReportTest, AProblemIsNamedWithItsComponent) {
  ModelReport report = example();
  report.components[0].problem = "no folder";
  const std::string text = model_report_text("m", report);
  EXPECT_NE(text.find("vae: no folder"), std::string::npos);
  EXPECT_NE(text.find("The model cannot be used."), std::string::npos);
  const auto json = nlohmann::json::parse(model_report_json("m", report));
  EXPECT_EQ(json["complete"], false);
  EXPECT_EQ(json["components"][0]["problem"], "no folder");
}

TEST(InspectReportTest, AModelOfNoFamilyIsNotComplete) {
  ModelReport report = example();
  report.family = "";
  EXPECT_FALSE(report.complete());
  report = example();
  report.problem = "weights do not fit";
  EXPECT_FALSE(report.complete());
}

TEST(InspectReportTest, NamesFromTheFileCannotReachTheTerminal) {
  WeightsReport report;
  report.prefixes = {{"\x1b[2J", 1}};
  report.metadata = {{"k\n", "\x07"}};
  const std::string text = weights_report_text("w", report);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(weights_report_json("w", report)));
}

}  // namespace
}  // namespace easel
