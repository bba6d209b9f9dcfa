#include "services/cli/bench_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/strings/str_format.h"
#include "base/byte_size.h"
#include "base/strings.h"
#include "services/cli/table.h"

namespace easel {
namespace {

double stage_seconds(const GenerateResult& result, std::string_view stage) {
  for (const StageSeconds& row : result.seconds) {
    if (row.stage == stage) return row.seconds;
  }
  return 0;
}

double median_of_stage(const std::vector<BenchRun>& runs, std::string_view stage) {
  std::vector<double> values;
  for (const BenchRun& run : runs) values.push_back(stage_seconds(run.result, stage));
  return median(std::move(values));
}

double computing_seconds(const GenerateResult& result) {
  double total = 0;
  for (const StageSeconds& row : result.seconds) {
    if (row.stage != "load") total += row.seconds;
  }
  return total;
}

std::vector<double> middle_steps(const std::vector<BenchRun>& runs) {
  std::vector<double> values;
  for (const BenchRun& run : runs) {
    const bool trim = run.steps.size() > 2;
    values.insert(values.end(), run.steps.begin() + (trim ? 1 : 0),
                  run.steps.end() - (trim ? 1 : 0));
  }
  return values;
}

std::string seconds_text(double seconds) { return absl::StrFormat("%.4f s", seconds); }

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

BenchFigures summarize(const std::vector<BenchRun>& runs, double open_seconds) {
  BenchFigures figures;
  if (runs.empty()) return figures;
  const GenerateResult& first = runs.front().result;
  figures.family = first.family;
  figures.variant = first.variant;
  figures.dtype = first.dtype;
  figures.device = first.device;
  figures.width = first.width;
  figures.height = first.height;
  figures.steps = first.steps;
  figures.runs = static_cast<int64_t>(runs.size());
  figures.open_seconds = open_seconds;
  figures.load_seconds = stage_seconds(first, "load");
  figures.encode_seconds = median_of_stage(runs, "encode");
  figures.step_seconds = median(middle_steps(runs));
  figures.decode_seconds = median_of_stage(runs, "decode");
  std::vector<double> totals;
  for (const BenchRun& run : runs) {
    totals.push_back(computing_seconds(run.result));
    figures.peak_memory_bytes = std::max(figures.peak_memory_bytes, run.result.memory.peak.total);
  }
  figures.total_seconds = median(std::move(totals));
  return figures;
}

std::string bench_text(const BenchFigures& figures) {
  const std::string title =
      concat(figures.family, " ", figures.variant, ", ", figures.dtype, " on ", figures.device,
             ", ", figures.width, " x ", figures.height, ", ", figures.steps,
             figures.steps == 1 ? " step, " : " steps, ", figures.runs,
             figures.runs == 1 ? " run\n\n" : " runs\n\n");
  return title + format_table({{"open", seconds_text(figures.open_seconds)},
                               {"load", seconds_text(figures.load_seconds)},
                               {"encode", seconds_text(figures.encode_seconds)},
                               {"step", seconds_text(figures.step_seconds)},
                               {"decode", seconds_text(figures.decode_seconds)},
                               {"a picture", seconds_text(figures.total_seconds)},
                               {"peak memory", format_byte_size(figures.peak_memory_bytes)}});
}

std::string bench_json(const BenchFigures& figures) {
  const nlohmann::ordered_json json = {{"family", figures.family},
                                       {"variant", figures.variant},
                                       {"dtype", figures.dtype},
                                       {"device", figures.device},
                                       {"width", figures.width},
                                       {"height", figures.height},
                                       {"steps", figures.steps},
                                       {"runs", figures.runs},
                                       {"seconds",
                                        {{"open", figures.open_seconds},
                                         {"load", figures.load_seconds},
                                         {"encode", figures.encode_seconds},
                                         {"step", figures.step_seconds},
                                         {"decode", figures.decode_seconds},
                                         {"picture", figures.total_seconds}}},
                                       {"peak_memory_bytes", figures.peak_memory_bytes}};
  return json.dump() + "\n";
}

}  // namespace easel
