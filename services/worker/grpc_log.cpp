#include "services/worker/grpc_log.h"

#include <grpc/support/log.h>

#include <atomic>

namespace easel {
namespace {

std::atomic<JsonLog*> target{nullptr};

void write_message(gpr_log_func_args* args) {
  const LogLevel level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kError : LogLevel::kInfo;
  target.load()->write(level, "grpc", {{"message", args->message}});
}

}  // namespace

void log_grpc_messages(JsonLog& log) {
  target = &log;
  gpr_set_log_function(write_message);
}

}  // namespace easel
