// The one place where the program's errors become gRPC's.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace easel {

// The same code and message, and in the details a google.rpc.Status with an ErrorInfo: domain
// "easel" and the stable reason. The message is made valid UTF-8 and cut where trailers would grow
// beyond what clients take.
grpc::Status to_grpc_status(const absl::Status& status);

}  // namespace easel
