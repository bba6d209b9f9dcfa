// The log's line about one request.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/json_log.h"
#include "engine/api/job.h"

namespace easel {

struct LogOptions {
  bool prompts = false;  // prompts stand in the log, not just their lengths
};

// What was asked for and what came of it: what was used and how long it took, or the reason and the
// message. `method` is "Generate" or "Edit".
void log_request(JsonLog& log, const LogOptions& options, const std::string& method, const Job& job,
                 const absl::StatusOr<GenerateResult>& result);

// A request that was refused before it could run: of `job` only the ids are read.
void log_refusal(JsonLog& log, const std::string& method, const Job& job,
                 const absl::Status& status);

}  // namespace easel
