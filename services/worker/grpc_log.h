// What gRPC and protobuf say of themselves, in the log's form.
#pragma once

#include "base/json_log.h"

namespace easel {

// From now on, for the whole process. `log` outlives every use of gRPC.
void log_grpc_messages(JsonLog& log);

}  // namespace easel
