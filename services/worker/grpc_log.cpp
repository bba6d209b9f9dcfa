#include "services/worker/grpc_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <atomic>
#include <string>

namespace easel {
namespace {

std::atomic<JsonLog*> target{nullptr};

void write_protobuf_message(google::protobuf::LogLevel level, const char* /*file*/, int /*line*/,
                            const std::string& message) {
  const bool is_error = level >= google::protobuf::LOGLEVEL_ERROR;
  target.load()->write(is_error ? LogLevel::kError : LogLevel::kInfo, "protobuf",
                       {{"message", message}});
}

void write_message(gpr_log_func_args* args) {
  const LogLevel level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kError : LogLevel::kInfo;
  target.load()->write(level, "grpc", {{"message", args->message}});
}

}  // namespace

void log_grpc_messages(JsonLog& log) {
  target = &log;
  gpr_set_log_function(write_message);
  google::protobuf::SetLogHandler(write_protobuf_message);
}

}  // namespace easel
