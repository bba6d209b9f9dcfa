// The gateway put together: storage, worker, routes, HTTP server.
#pragma once

#include <chrono>
#include <memory>

#include "absl/status/statusor.h"
#include "gateway/auth/admins.h"
#include "gateway/auth/clock.h"
#include "gateway/gateway_options.h"
#include "gateway/generation_runner.h"
#include "gateway/http_server.h"
#include "gateway/image_worker.h"

namespace easel {

// Times and costs that tests shorten.
struct GatewayTimes {
  std::chrono::milliseconds heartbeat{15000};
  std::chrono::milliseconds worker_timeout{2000};
  std::chrono::milliseconds worker_silence{5000};
  std::chrono::milliseconds plan_timeout{20000};  // as in RouteParts, as load_wait
  std::chrono::milliseconds load_wait{3000};
  HttpTimes http;
  Clock clock;
  AdminOptions admins;
};

class Gateway {
 public:
  // Opens the data folder and binds the port. OUTPUT_FAILED and UNAVAILABLE, in words for the
  // operator. `worker` must outlive the gateway.
  static absl::StatusOr<std::unique_ptr<Gateway>> create(const GatewayOptions& options,
                                                         ImageWorker& worker,
                                                         const GatewayTimes& times = {});
  virtual ~Gateway() = default;

  virtual int port() const = 0;
  // Serves until `stop`; may be called once.
  virtual void run() = 0;
  // Accepts nothing more and lets generations and answers end, for at most `grace`. From any other
  // thread, after `run` was called (it waits until that has begun).
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace easel
