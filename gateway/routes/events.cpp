#include <utility>

#include "gateway/error_body.h"
#include "gateway/event_stream.h"
#include "gateway/json_text.h"
#include "gateway/record_json.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

// The log of a generation that ended longer ago: its end alone, again.
std::shared_ptr<EventLog> log_of(const GenerationRecord& record, std::string_view request_id) {
  auto log = std::make_shared<EventLog>();
  if (record.status == GenerationStatus::kDone) {
    log->close("result", to_json_text(record_json(record)));
    return log;
  }
  const bool known = !record.error_code.empty();
  const ErrorCode fallback = record.status == GenerationStatus::kCancelled
                                 ? ErrorCode::kCancelled
                                 : ErrorCode::kInterrupted;
  log->close("error",
             to_json_text({{"error", known ? record.error_code : error_code_name(fallback)},
                           {"message", known ? record.error_message : default_message(fallback)},
                           {"request_id", request_id}}));
  return log;
}

HttpResponse join(const RouteParts& parts, const HttpRequest& request) {
  const std::string& id = request.path_parameters.at("id");
  if (std::shared_ptr<EventLog> log = parts.hub.find(id)) {
    return event_stream(request, std::move(log), last_event_id_of(request), parts.heartbeat);
  }
  const auto record = parts.generations.get(id);
  if (!record.ok()) return error_response(request, record.status());
  if (!*record) {
    return error_response(request, api_error(ErrorCode::kNotFound, "there is no such generation"));
  }
  return event_stream(request, log_of(**record, request.request_id), /*sequence=*/0,
                      parts.heartbeat);
}

}  // namespace

void add_event_route(Router& router, const RouteParts& parts) {
  Route route;
  route.method = "GET";
  route.pattern = "/api/generations/{id}/events";
  route.handler = [parts](HttpRequest& request) { return join(parts, request); };
  route.kind = [](const HttpRequest&) { return RouteKind::kStream; };
  route.admits_pass = true;
  router.add(Access::kGenerateOrEdit, std::move(route));
}

}  // namespace easel
