#include <utility>

#include "base/error.h"
#include "gateway/error_body.h"
#include "gateway/event_stream.h"
#include "gateway/json_response.h"
#include "gateway/middleware/request_id.h"
#include "gateway/picture_fields.h"
#include "gateway/record_json.h"
#include "gateway/route_parts.h"
#include "gateway/run_waiter.h"

namespace easel {
namespace {

constexpr std::chrono::milliseconds kBodyTimeout(60'000);

HttpResponse answer_when_done(const HttpRequest& request, GenerationRun& run) {
  const absl::StatusOr<GenerationRecord> record = await_record(request, run);
  if (!record.ok()) return error_response(request, record.status());
  return json_response(record_json(*record));
}

HttpResponse generate(const RouteParts& parts, HttpRequest& request) {
  absl::StatusOr<GenerateOrder> order =
      parse_generate_body(request.body, parts.max_image_side, parts.uploads);
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
  route.make_body_check = [](HttpRequest&) -> absl::StatusOr<BodyCheck> {
    return [fields = PictureFields()](std::string_view piece) mutable {
      return fields.take(piece) ? absl::OkStatus() : api_error(ErrorCode::kTooLarge);
    };
  };
  router.add(Access::kGenerate, std::move(route));
}

}  // namespace easel
