// The figures of `easel bench`, and how they are shown.
#pragma once

#include <string>
#include <vector>

#include "engine/api/generate.h"

namespace easel {

struct BenchFigures {
  std::string family, variant, dtype, device;
  int64_t width = 0, height = 0, steps = 0, runs = 0;
  double open_seconds = 0;    // configs, tokenizers, headers
  double load_seconds = 0;    // the weights, in the first run
  double encode_seconds = 0;  // from here on: medians
  double step_seconds = 0;
  double decode_seconds = 0;
  double total_seconds = 0;  // a run without loading
  int64_t peak_memory_bytes = 0;
};

// What one run left behind.
struct BenchRun {
  GenerateResult result;
  std::vector<double> steps;  // seconds of each denoising step
};

// The middle value, or the mean of the two in the middle; 0 of nothing.
double median(std::vector<double> values);

// Steps without the first and the last of each run, which also start and end the stage, where there
// are more than two. Weights are loaded in the first run only.
BenchFigures summarize(const std::vector<BenchRun>& runs, double open_seconds);

std::string bench_text(const BenchFigures& figures);
std::string bench_json(const BenchFigures& figures);

}  // namespace easel
