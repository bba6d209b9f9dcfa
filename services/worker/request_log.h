// The log's line about one request.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "engine/api/job.h"
#include "base/json_log.h"

namespace easel {

struct LogOptions {
  bool prompts = false;  // prompts stand in the log, not just their lengths
};

// What was asked for and what came of it: what was used and how long it took, or the reason and the
// message. `method` is "Generate" or "Edit".
void log_request(JsonLog& log, const LogOptions& options, const std::string& method, const Job& job,
                 const absl::StatusOr<GenerateResult>& result);

// A request that was refused before it became a job.
void log_refusal(JsonLog& log, const std::string& method, const std::string& request_id,
                 const std::string& traceparent, const absl::Status& status);

}  // namespace easel
