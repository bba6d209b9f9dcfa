// How many requests of each kind may run at once, so that no kind takes the threads of another.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/router.h"

namespace easel {

struct AdmissionLimits {
  size_t quick = 96;
  size_t waiting = 64;
  size_t streams = 256;
  size_t streams_per_address = 32;
  // Bodies of more than 1 MiB being read or worked on: each may need twice 40 MiB.
  size_t large_bodies = 2;
};

// Thread-safe. Must outlive its tickets.
class Admission {
 public:
  // The place that a request takes; given back when the last copy is gone.
  using Ticket = std::shared_ptr<void>;

  explicit Admission(AdmissionLimits limits) : limits_(limits) {}

  // Errors: too_many_streams, queue_full (of waiting callers), busy.
  absl::StatusOr<Ticket> admit(RouteKind kind, const std::string& client_address);
  // Error: busy.
  absl::StatusOr<Ticket> admit_large_body();

 private:
  Ticket take(size_t& count);

  const AdmissionLimits limits_;
  std::mutex mutex_;
  // All below is guarded by mutex_.
  size_t quick_ = 0, waiting_ = 0, streams_ = 0, large_bodies_ = 0;
  std::map<std::string, size_t> streams_of_;  // by address
};

}  // namespace easel
