// The gRPC server around the services: where it listens and what it bears.
#pragma once

#include <grpcpp/server.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/worker/health_publisher.h"
#include "services/worker/worker_options.h"

namespace easel {

// Owns the listening socket and gRPC's threads. Health and reflection come with it.
class Server {
 public:
  // The services and `health` outlive the server. INVALID_FIELD for an address that cannot be
  // listened on or is in use, and for certificates that cannot be read.
  static absl::StatusOr<std::unique_ptr<Server>> start(const WorkerOptions& options,
                                                       const std::vector<grpc::Service*>& services,
                                                       HealthPublisher& health);
  ~Server();

  // As in the options, but with the port that port 0 became.
  const std::string& address() const { return address_; }

  // Takes no new calls; those that run have `grace` to end before they are cut off.
  void stop(std::chrono::milliseconds grace);

 private:
  Server(std::unique_ptr<grpc::Server> server, std::string address, HealthPublisher& health);

  const std::unique_ptr<grpc::Server> server_;
  const std::string address_;
  HealthPublisher& health_;
};

}  // namespace easel
