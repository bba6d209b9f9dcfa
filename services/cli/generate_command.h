// easel generate: a prompt and a model in, PNG files out.
#pragma once

#include "services/cli/console.h"
#include "services/cli/generate_options.h"

namespace easel {

// Returns the exit code. Whether the output can be written is tried before the model is opened; a
// file appears whole or not at all. SIGINT and SIGTERM cancel the job.
int run_generate(const GenerateOptions& options, const Console& console);

}  // namespace easel
