// How many requests of each kind may run at once, so that no kind takes the threads of another, and
// no client those of all.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/router.h"

namespace easel {

struct AdmissionLimits {
  size_t quick = 96;
  size_t waiting = 64;
  // Pictures of uploads being read: each takes a thread for up to half a minute.
  size_t uploads = 8;
  size_t uploads_per_address = 2;
  size_t streams = 256;
  size_t streams_per_address = 32;
  // What bodies of more than 1 MiB hold, while they are read and worked on. One address never has
  // so much that a body of any route would not fit beside it.
  size_t large_body_bytes = 256 << 20;
  size_t large_body_bytes_per_address = 160 << 20;
  size_t large_bodies_per_address = 2;
};

// Thread-safe. Must outlive its tickets and large bodies.
class Admission {
 public:
  // The place that a request takes; given back when the last copy is gone.
  using Ticket = std::shared_ptr<void>;

  // A body of more than 1 MiB, and the memory that it holds; given back when the last copy is gone.
  struct LargeBody {
    std::string client;
    size_t bytes = 0;
  };

  explicit Admission(AdmissionLimits limits) : limits_(limits) {}

  // Errors: too_many_streams, queue_full (of waiting callers), busy.
  absl::StatusOr<Ticket> admit(RouteKind kind, const std::string& client);
  // It holds nothing yet. Error: busy.
  absl::StatusOr<std::shared_ptr<LargeBody>> admit_large_body(const std::string& client);
  // It holds so much more. Error: busy; then it holds what it did.
  absl::Status grow(LargeBody& body, size_t bytes);

 private:
  struct Held {
    size_t bodies = 0, bytes = 0;
  };
  using Counts = std::map<std::string, size_t>;  // by client

  Ticket take(size_t& count);
  Ticket take_of_client(size_t& count, Counts& counts, const std::string& client);
  void give_back(const LargeBody& body);

  const AdmissionLimits limits_;
  std::mutex mutex_;
  // All below is guarded by mutex_.
  size_t quick_ = 0, waiting_ = 0, uploads_ = 0, streams_ = 0, large_body_bytes_ = 0;
  Counts uploads_of_, streams_of_;
  std::map<std::string, Held> large_bodies_of_;  // by client
};

}  // namespace easel
