// Where the worker may listen, and how callers prove who they are.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/worker/worker_options.h"

namespace easel {

// "127.0.0.1:50051", "[::1]:50051", "localhost:0" and "unix:PATH" cannot be reached from other
// machines.
bool is_local_address(const std::string& address);

// INVALID_FIELD: no address, or one beyond this machine without certificates or --insecure; some of
// the three TLS files without the others.
absl::Status check_listening(const WorkerOptions& options);

}  // namespace easel
