// The log's line about one request.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/json_log.h"
#include "engine/api/generate.h"

namespace easel {

struct LogOptions {
  bool prompts = false;  // prompts stand in the log, not just their lengths
};

// What the log tells of a request, as its caller asked; its pictures go to the engine alone. A
// request that is refused may ask for anything.
struct LoggedRequest {
  std::string method;  // "Generate" or "Edit"
  std::string id, model;
  std::string traceparent, caller_request_id;  // "": none
  std::string prompt;                          // "" unless LogOptions has prompts
  size_t prompt_length = 0;                    // code points
  int64_t num_images = 1;                      // that shall be made
  int64_t start_images = 0;                    // that the caller sent, used or not
  bool mask = false;
  std::optional<uint64_t> seed;
  std::optional<int64_t> width, height, steps;
  std::chrono::steady_clock::time_point came = std::chrono::steady_clock::now();
};

// And what came of it: what was used and how long it took, or the reason and the message, the time
// since it came, and the memory of a job that ran.
void log_request(JsonLog& log, const LoggedRequest& asked,
                 const absl::StatusOr<GenerateResult>& result,
                 const std::optional<JobMemory>& memory);

}  // namespace easel
