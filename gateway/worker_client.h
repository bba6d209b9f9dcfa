// The worker over gRPC: with worker_model_reader the only files that know the protos.
#pragma once

#include <memory>
#include <string>

#include "gateway/image_worker.h"

namespace easel {

// `address` as gRPC takes it: "127.0.0.1:50051", "unix:/run/easel/worker.sock". Without TLS: the
// address must be a local or a private one. Never fails here: a worker that is not there is
// worker_unavailable in each call, and is used as soon as it is back.
std::unique_ptr<ImageWorker> make_worker_client(const std::string& address);

}  // namespace easel
