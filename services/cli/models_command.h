// easel models: what there is to draw with, and the registry's entries added and removed.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "services/cli/console.h"

namespace easel {

struct ModelsOptions {
  std::string key;
  std::string source;  // a path or a hub id
  bool json = false;
};

void add_models_list_options(CLI::App& app, ModelsOptions& options);
void add_models_add_options(CLI::App& app, ModelsOptions& options);
void add_models_remove_options(CLI::App& app, ModelsOptions& options);

// The registry's entries, then what else lies in EASEL_MODELS_DIR and the Hugging Face cache. Each
// returns the exit code.
int run_models_list(const ModelsOptions& options, const Console& console);
int run_models_add(const ModelsOptions& options, const Console& console);
int run_models_remove(const ModelsOptions& options, const Console& console);

}  // namespace easel
