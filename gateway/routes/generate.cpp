#include <utility>

#include "base/error.h"
#include "gateway/error_body.h"
#include "gateway/event_stream.h"
#include "gateway/json_response.h"
#include "gateway/middleware/request_id.h"
#include "gateway/picture_fields.h"
#include "gateway/record_json.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

// How soon a caller that has gone is noticed.
constexpr std::chrono::milliseconds kLookInterval(50);
constexpr std::chrono::milliseconds kBodyTimeout(60'000);

// Waits for the end. A caller that goes away cancels, and the generation is not waited for.
HttpResponse answer_when_done(const HttpRequest& request, GenerationRun& run) {
  while (!run.log->wait_closed(kLookInterval)) {
    if (!request.is_gone()) continue;
    run.cancel.cancel(api_error(ErrorCode::kCancelled, "the caller went away"));
    return error_response(request, api_error(ErrorCode::kCancelled));
  }
  if (!run.outcome.ok()) return error_response(request, run.outcome);
  return json_response(record_json(*run.record));
}

HttpResponse generate(const RouteParts& parts, HttpRequest& request) {
  absl::StatusOr<GenerateOrder> order = parse_generate_body(request.body, parts.max_image_side);
  if (!order.ok()) return error_response(request, order.status());
  // The pictures are decoded: no need to hold them twice for as long as the generation takes.
  std::string().swap(request.body);
  const bool events = wants_events(request);
  if (order->request.request_id.empty()) order->request.request_id = make_id();
  if (events && !order->preview_given) order->request.preview_every = 1;
  const absl::Status taken =
      parts.access.limits().take(request, order->request.model, order->request.num_images);
  if (!taken.ok()) return error_response(request, taken);
  const absl::StatusOr<std::shared_ptr<GenerationRun>> run = parts.runner.start(
      *std::move(order), call_context(request, parts.worker_timeout), request.trace_id);
  request.ticket.reset();
  if (!run.ok()) {
    parts.access.limits().give_back(request);
    return error_response(request, run.status());
  }
  if (!events) return answer_when_done(request, **run);
  HttpResponse response = event_stream(request, (*run)->log, /*sequence=*/0, parts.heartbeat);
  response.headers.set("Location", concat("/api/generations/", (*run)->id, "/events"));
  return response;
}

}  // namespace

void add_generate_route(Router& router, const RouteParts& parts) {
  Route route;
  route.method = "POST";
  route.pattern = "/api/generate";
  route.handler = [parts](HttpRequest& request) { return generate(parts, request); };
  route.max_body_bytes = kMaxGenerateBody;
  route.body_timeout = kBodyTimeout;
  route.kind = [](const HttpRequest& request) {
    return wants_events(request) ? RouteKind::kStream : RouteKind::kWaiting;
  };
  route.make_body_check = [] {
    return
        [fields = PictureFields()](std::string_view piece) mutable { return fields.take(piece); };
  };
  router.add(Access::kGenerate, std::move(route));
}

}  // namespace easel
