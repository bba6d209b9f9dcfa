// The program's life: options, start, signals, end.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "services/worker/worker.h"

namespace easel {

// Makes the parts for the options that hold; called once, when the worker serves.
using MakeParts = std::function<absl::StatusOr<WorkerParts>(const WorkerOptions& options)>;

// Returns the exit code. Call it first in main(): it blocks signals before any thread is started.
int run_worker(int argc, const char* const* argv, const MakeParts& make_parts);

}  // namespace easel
