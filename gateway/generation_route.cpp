#include "gateway/generation_route.h"

#include <utility>

#include "base/error.h"
#include "gateway/auth/caller.h"
#include "gateway/error_body.h"
#include "gateway/event_stream.h"
#include "gateway/json_response.h"
#include "gateway/middleware/request_id.h"
#include "gateway/picture_body.h"
#include "gateway/record_json.h"
#include "gateway/run_waiter.h"

namespace easel {
namespace {

constexpr std::chrono::milliseconds kBodyTimeout(60'000);

HttpResponse answer_when_done(HttpRequest& request, GenerationRun& run) {
  const absl::StatusOr<GenerationRecord> record = await_record(request, run);
  if (!record.ok()) return error_response(request, record.status());
  return json_response(record_json(*record));
}

}  // namespace

absl::StatusOr<std::shared_ptr<GenerationRun>> start_counted(
    const RouteParts& parts, HttpRequest& request, GenerateOrder order,
    std::shared_ptr<const TriggerAnswer> answer) {
  RateLimits& limits = parts.access.limits();
  EASEL_RETURN_IF_ERROR(limits.take(request, order.request.model, order.request.num_images));
  GenerationExtras extras{std::move(answer),
                          [&limits, taken = request.units] { limits.give_back(taken); }};
  absl::StatusOr<std::shared_ptr<GenerationRun>> run =
      parts.runner.start(std::move(order), call_context(request, parts.worker_timeout),
                         request.trace_id, std::move(extras));
  request.ticket.reset();
  if (!run.ok()) limits.give_back(request);
  return run;
}

HttpResponse run_generation(const RouteParts& parts, HttpRequest& request, GenerationStart start) {
  // The pictures are decoded: no need to hold them twice for as long as the generation takes.
  std::string().swap(request.body);
  WorkerRequest& asked = start.order.request;
  const bool events = wants_events(request);
  start.order.caller = caller_of(request);
  if (asked.request_id.empty()) asked.request_id = make_id();
  if (events && !start.order.preview_given) asked.preview_every = 1;
  const absl::StatusOr<std::shared_ptr<GenerationRun>> run =
      start_counted(parts, request, std::move(start.order), std::move(start.answer));
  if (!run.ok()) return error_response(request, run.status());
  if (start.on_begun) start.on_begun(**run);
  if (!events) return answer_when_done(request, **run);
  HttpResponse response = event_stream(request, (*run)->log, /*sequence=*/0, parts.heartbeat);
  const std::string pass =
      start.gives_pass ? concat("?pass=", parts.access.passes().pass_of((*run)->id)) : "";
  response.headers.set("Location", concat("/api/generations/", (*run)->id, "/events", pass));
  return response;
}

Route make_generation_route(std::string pattern, RouteHandler handler) {
  Route route;
  route.method = "POST";
  route.pattern = std::move(pattern);
  route.handler = std::move(handler);
  route.max_body_bytes = kMaxGenerateBody;
  route.body_timeout = kBodyTimeout;
  route.kind = [](const HttpRequest& request) {
    return wants_events(request) ? RouteKind::kStream : RouteKind::kWaiting;
  };
  route.make_body_check = make_picture_body_check;
  route.draws = true;
  return route;
}

}  // namespace easel
