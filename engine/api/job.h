// A unit of work for the engine, and who hears of it. Plain values: a job can be kept, sent and
// submitted elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/api/generate.h"

namespace easel {

struct Job {
  std::string id;     // unique among the jobs that wait or run
  std::string model;  // the registry's key
  GenerateRequest request;
  // From its submission on: time in the queue counts. Absent: no limit.
  std::optional<std::chrono::milliseconds> time_limit;
  std::string traceparent;        // W3C trace context, or ""; for logs
  std::string caller_request_id;  // of the request that made the caller ask, or ""; for logs
};

// Hears of one job: `queued` once or more, then `event` any number of times, then `done` exactly
// once; a job that never runs skips the events. Calls never overlap, but come from several threads,
// and with the engine's locks held: a listener returns quickly and never calls the engine.
class JobListener {
 public:
  virtual ~JobListener() = default;

  // `position` jobs come before this one, `length` wait in all. Again when that changes.
  virtual void queued(int64_t position, int64_t length) = 0;
  virtual void event(const GenerateEvent& event) = 0;
  // `memory` is that of a job that ran, however it ended; none of one that never left the queue.
  virtual void done(absl::StatusOr<GenerateResult> result,
                    const std::optional<JobMemory>& memory) = 0;
};

}  // namespace easel
