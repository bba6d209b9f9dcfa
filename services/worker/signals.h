// The signals that steer the worker, taken one by one on the main thread.
#pragma once

#include <chrono>
#include <optional>

namespace easel {

enum class WorkerSignal { kEnd, kReload };

// Blocks SIGTERM, SIGINT and SIGHUP for this thread and those it starts from now on, and ignores
// SIGPIPE. Called before any thread is started.
void block_signals();

// The next of them; nothing when none came within `limit`. One thread calls it.
std::optional<WorkerSignal> wait_for_signal(std::chrono::milliseconds limit);

}  // namespace easel
