// Where the engine's jobs come from.
#pragma once

#include <chrono>
#include <memory>

#include "engine/api/cancel_token.h"
#include "engine/api/job.h"

namespace easel {

// A job on its way through the engine. Shared by the source, which may cancel it, and the loop.
struct QueuedJob {
  Job job;
  std::shared_ptr<JobListener> listener;
  CancelToken cancel;  // has the job's deadline
  CancelToken::Clock::time_point submitted;
};

// Thread-safe. One loop takes from it.
class JobSource {
 public:
  virtual ~JobSource() = default;

  // Blocks for the next job, which must be given back to `finish`. nullptr after a `wake`, also one
  // that came before the call.
  virtual std::shared_ptr<QueuedJob> next() = 0;
  virtual void wake() = 0;

  // The job is over; its listener hears so after this.
  virtual void finish(const QueuedJob& job) = 0;
};

}  // namespace easel
