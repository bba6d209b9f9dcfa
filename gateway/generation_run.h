// A generation that was begun: what its callers see of it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/cancel_signal.h"
#include "gateway/event_log.h"
#include "storage/generation_record.h"

namespace easel {

// Shared by the thread that runs it and whoever waits. `outcome`, `record` and `cost_nothing` are
// set before the log is closed and then never change: read them after wait_closed(). The rest is
// thread-safe.
struct GenerationRun {
  std::string id;
  std::string caller;  // as in GenerateOrder
  std::shared_ptr<EventLog> log;
  CancelSignal cancel;
  absl::Status outcome;
  std::optional<GenerationRecord> record;  // when the outcome is ok
  bool cost_nothing = false;               // it failed before the work had begun
};

}  // namespace easel
