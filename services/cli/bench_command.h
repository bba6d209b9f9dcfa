// easel bench: how long a picture takes, stage by stage, in this process.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "services/cli/console.h"
#include "services/cli/model_choice.h"

namespace easel {

struct BenchOptions {
  ModelChoice model;
  std::string prompt = "a red circle left of a blue square on a white background";
  std::optional<std::string> width, height, steps, runs;
  bool json = false;
  bool quiet = false;
};

void add_bench_options(CLI::App& app, BenchOptions& options);

// Draws the same picture several times and prints medians. Writes no file. Returns the exit code.
int run_bench(const BenchOptions& options, const Console& console);

}  // namespace easel
