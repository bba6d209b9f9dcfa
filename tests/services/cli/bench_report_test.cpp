#include "services/cli/bench_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace easel {
namespace {

BenchRun run_of(double load, double encode, double decode, std::vector<double> steps) {
  BenchRun run;
  run.result.family = "flux";
  run.result.seconds = {{"load", load}, {"encode", encode}, {"denoise", 1.0}, {"decode", decode}};
  run.result.memory.peak.total = 1 << 20;
  run.steps = std::move(steps);
  return run;
}

TEST(BenchReportTest, MedianIsTheMiddle) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({9, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 9}), 3);
}

TEST(BenchReportTest, LeavesFirstAndLastStepsOut) {
  const BenchFigures figures =
      summarize({run_of(1, 1, 1, {90, 2, 3, 80}), run_of(0, 1, 1, {70, 4, 60})}, 0.5);
  EXPECT_EQ(figures.step_seconds, 3);
}

TEST(BenchReportTest, KeepsTheStepsOfShortRuns) {
  EXPECT_EQ(summarize({run_of(1, 1, 1, {2, 4})}, 0).step_seconds, 3);
  EXPECT_EQ(summarize({run_of(1, 1, 1, {})}, 0).step_seconds, 0);
}

TEST(BenchReportTest, LoadingIsOfTheFirstRunAndTheRestMedians) {
  const BenchFigures figures =
      summarize({run_of(5, 1, 10, {1}), run_of(0, 2, 20, {1}), run_of(0, 9, 30, {1})}, 0.25);
  EXPECT_EQ(figures.open_seconds, 0.25);
  EXPECT_EQ(figures.load_seconds, 5);
  EXPECT_EQ(figures.encode_seconds, 2);
  EXPECT_EQ(figures.decode_seconds, 20);
  EXPECT_EQ(figures.total_seconds, 23);
  EXPECT_EQ(figures.runs, 3);
}

TEST(BenchReportTest, JsonHasEveryFigure) {
  const auto json = nlohmann::json::parse(bench_json(summarize({run_of(5, 1, 10, {1})}, 0.25)));
  EXPECT_EQ(json["seconds"]["load"], 5);
  EXPECT_EQ(json["seconds"]["open"], 0.25);
  EXPECT_EQ(json["peak_memory_bytes"], 1 << 20);
}

}  // namespace
}  // namespace easel
