#include <utility>

#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

HttpResponse ready(const RouteParts& parts, const HttpRequest& request) {
  const absl::StatusOr<WorkerStatus> status =
      parts.worker.status(call_context(request, parts.worker_timeout));
  if (!status.ok()) return error_response(request, status.status());
  if (status->draining) {
    return error_response(request,
                          api_error(ErrorCode::kWorkerUnavailable, "the worker is about to stop"));
  }
  if (!status->ready) {
    return error_response(request, api_error(ErrorCode::kModelMissing, "no model is ready"));
  }
  return json_response({{"status", "ready"}});
}

}  // namespace

void add_health_routes(Router& router, const RouteParts& parts) {
  Route alive;
  alive.method = "GET";
  alive.pattern = "/healthz";
  alive.handler = [](HttpRequest&) { return json_response({{"status", "alive"}}); };
  router.add(Access::kPublic, std::move(alive));
  Route readiness;
  readiness.method = "GET";
  readiness.pattern = "/readyz";
  readiness.handler = [parts](HttpRequest& request) { return ready(parts, request); };
  router.add(Access::kPublic, std::move(readiness));
}

}  // namespace easel
