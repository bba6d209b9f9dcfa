// easel inspect: what a model or a weights file holds, from headers alone.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "services/cli/console.h"

namespace easel {

struct InspectOptions {
  std::string target;  // a model's folder, key or hub id, or a .safetensors file
  bool json = false;
};

void add_inspect_options(CLI::App& app, InspectOptions& options);

// Returns the exit code: a model that cannot be used is a bad model, whose report goes to `out` all
// the same.
int run_inspect(const InspectOptions& options, const Console& console);

}  // namespace easel
