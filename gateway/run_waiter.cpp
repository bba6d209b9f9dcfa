#include "gateway/run_waiter.h"

#include <chrono>

#include "gateway/api_error.h"

namespace easel {
namespace {

// How soon a caller that has gone is noticed.
constexpr std::chrono::milliseconds kLookInterval(50);

}  // namespace

absl::StatusOr<GenerationRecord> await_record(HttpRequest& request, GenerationRun& run) {
  while (!run.log->wait_closed(kLookInterval)) {
    if (!request.is_gone()) continue;
    run.cancel.cancel(api_error(ErrorCode::kCancelled, "the caller went away"));
    return api_error(ErrorCode::kCancelled);
  }
  if (run.cost_nothing) {
    request.rate_limit.clear();
    request.rate_limit_policy.clear();
  }
  if (!run.outcome.ok()) return run.outcome;
  return *run.record;
}

}  // namespace easel
