#include "gateway/error_body.h"

#include "gateway/json_text.h"
#include "gateway/log_event.h"

namespace easel {
namespace {

constexpr int64_t kRetryAfterSeconds = 2;
// No Basic: browsers would ask for a password by themselves, also for a request of a script.
constexpr char kChallenge[] = "Bearer realm=\"easel\"";

bool may_retry(ErrorCode code) {
  return code == ErrorCode::kQueueFull || code == ErrorCode::kRateLimited ||
         code == ErrorCode::kTooManyStreams || code == ErrorCode::kBusy ||
         code == ErrorCode::kWorkerUnavailable;
}

}  // namespace

std::string error_json(const ApiError& error, std::string_view request_id) {
  return to_json_text({{"error", error_code_name(error.code)},
                       {"message", error.message},
                       {"request_id", request_id}});
}

HttpResponse error_response(const HttpRequest& request, const absl::Status& status) {
  const ApiError error = public_error(status);
  if (http_status_of(error.code) >= 500) {
    log_event(LogLevel::kWarning, "request failed",
              {{"request_id", request.request_id},
               {"trace_id", request.trace_id},
               {"error", error_code_name(error.code)},
               {"detail", log_text(status)}});
  }
  HttpResponse response;
  response.status = http_status_of(error.code);
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "no-store");
  const std::optional<int64_t> retry = retry_after_seconds(status);
  if (retry || may_retry(error.code)) {
    response.headers.set("Retry-After", std::to_string(retry.value_or(kRetryAfterSeconds)));
  }
  if (error.code == ErrorCode::kUnauthorized) response.headers.set("WWW-Authenticate", kChallenge);
  response.body = error_json(error, request.request_id);
  return response;
}

}  // namespace easel
