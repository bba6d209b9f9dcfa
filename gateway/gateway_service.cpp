#include "gateway/gateway_service.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/trace_context.h"
#include "gateway/error_body.h"
#include "gateway/log_event.h"
#include "gateway/middleware/access_log.h"
#include "gateway/middleware/client_address.h"
#include "gateway/middleware/request_id.h"
#include "gateway/middleware/trace_context.h"

namespace easel {
namespace {

constexpr size_t kLargeBody = 1 << 20;

// With or without parameters. Two fields of the name could be read as either.
bool has_media_type(const HttpRequest& request, std::string_view expected) {
  const std::string* content_type = request.headers.find("Content-Type");
  if (content_type == nullptr || request.headers.count("Content-Type") != 1) return false;
  std::string_view type = *content_type;
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return equal_ignoring_case(type, expected);
}

bool announces_body(const HttpRequest& request) {
  const std::string* length = request.headers.find("Content-Length");
  return request.headers.find("Transfer-Encoding") != nullptr ||
         request.headers.find("Content-Type") != nullptr || (length != nullptr && *length != "0");
}

absl::Status wrong_media_type(const Route& route) {
  return api_error(ErrorCode::kUnsupportedMediaType,
                   concat("the body must be ", route.media_type, " without a Content-Encoding"));
}

ErrorCode code_of_status(int status) {
  switch (status) {
    case 408:
      return ErrorCode::kTimeout;
    case 413:
    case 414:
      return ErrorCode::kTooLarge;
    case 400:
    case 416:
      return ErrorCode::kBadRequest;
    default:
      return ErrorCode::kInternal;
  }
}

// Before the answer is sent: who has it may come with the next large body at once.
void let_go_of_body(HttpRequest& request) {
  std::string().swap(request.body);
  request.form.reset();
  request.ticket.reset();
}

}  // namespace

GatewayService::GatewayService(Router router, OriginRules origins, AdmissionLimits limits,
                               ProxyRules proxies, AccessGuard& guard, AuditTrail& audit)
    : router_(std::move(router)),
      cors_(std::move(origins.pages)),
      proxies_(std::move(proxies)),
      guard_(guard),
      audit_(audit),
      admission_(limits) {}

size_t GatewayService::max_body_bytes() const {
  size_t largest = 0;
  for (const auto& route : router_.routes()) largest = std::max(largest, route->max_body_bytes);
  return largest;
}

void GatewayService::begin(HttpRequest& request) const {
  request.started = std::chrono::steady_clock::now();
  request.request_id = request_id_of(request);
  request.traceparent = traceparent_of(request);
  request.trace_id = trace_id_of(request.traceparent);
  request.client_address = client_address_of(request, proxies_.trusted);
  request.is_secure = proxies_.always_secure || came_over_tls(request, proxies_.trusted);
}

std::variant<BodyPlan, HttpResponse> GatewayService::plan(HttpRequest& request) {
  begin(request);
  if (absl::Status named = proxies_.names.check(request); !named.ok()) {
    return refuse(request, named);
  }
  const std::string methods = router_.allowed_methods(request.path);
  if (request.method == "OPTIONS" && !methods.empty()) {
    return finish(request, cors_.answer_options(request, methods));
  }
  const absl::StatusOr<const Route*> found = router_.find(request);
  if (!found.ok()) return refuse(request, found.status());
  const Route& route = **found;
  request.route = &route;
  if (absl::Status allowed = guard_.check(route.access, request); !allowed.ok()) {
    return refuse(request, allowed);
  }
  const bool has_none = route.is_body_optional && !announces_body(request);
  if (request.headers.find("Content-Encoding") != nullptr ||
      (route.max_body_bytes > 0 && !has_none && !has_media_type(request, route.media_type))) {
    return refuse(request, wrong_media_type(route));
  }
  // Pages of any site may send a form without asking first; other bodies need a preflight.
  if (route.media_type != "application/json" && !guard_.comes_from_listed(request)) {
    return refuse(request, api_error(ErrorCode::kForbidden,
                                     "a form from a page of an origin that is not listed"));
  }
  BodyPlan plan{route.max_body_bytes, route.body_timeout, {}, route.keeps_body};
  if (route.make_body_check) {
    absl::StatusOr<BodyCheck> made = route.make_body_check(request);
    if (!made.ok()) return refuse(request, made.status());
    plan.accept = [measure = measure_body(request), check = *std::move(made),
                   &request](std::string_view piece) mutable {
      request.body_refusal = measure(piece);
      if (request.body_refusal.ok()) request.body_refusal = check(piece);
      return request.body_refusal.ok();
    };
  }
  return plan;
}

// Takes room for a body as it grows beyond kLargeBody: by what has come and not by what is
// announced, so that who is slow holds little.
BodyCheck GatewayService::measure_body(HttpRequest& request) {
  // A text of a picture is there twice for a moment: as it came, and decoded.
  const size_t copies = request.route->keeps_body ? 2 : 1;
  return [this, &request, copies, total = size_t{0},
          large = static_cast<Admission::LargeBody*>(nullptr)](
             std::string_view piece) mutable -> absl::Status {
    total += piece.size();
    if (total <= kLargeBody) return absl::OkStatus();
    if (large != nullptr) return admission_.grow(*large, piece.size() * copies);
    EASEL_ASSIGN_OR_RETURN(const std::shared_ptr<Admission::LargeBody> body,
                           admission_.admit_large_body(client_network(request.client_address)));
    EASEL_RETURN_IF_ERROR(admission_.grow(*body, total * copies));
    large = body.get();
    request.ticket = body;
    return absl::OkStatus();
  };
}

HttpResponse GatewayService::handle(HttpRequest& request) {
  HttpResponse response = admit_and_handle(request);
  let_go_of_body(request);
  return finish(request, std::move(response));
}

HttpResponse GatewayService::admit_and_handle(HttpRequest& request) {
  const RouteKind kind = request.route->kind ? request.route->kind(request) : RouteKind::kQuick;
  absl::StatusOr<Admission::Ticket> ticket =
      admission_.admit(kind, client_network(request.client_address));
  if (!ticket.ok()) return error_response(request, ticket.status());
  HttpResponse response = handle_audited(request);
  if (response.stream) {
    // A stream holds its place until it has ended, and no longer: its reader, who sees the end only
    // after this, may open the next one at once.
    response.stream = [stream = std::move(response.stream),
                       held = *std::move(ticket)](const BodyWriter& write) mutable {
      stream(write);
      held.reset();
    };
  }
  return response;
}

// What admins do, other than look and draw, is written down before it is done: also that they end
// what others draw.
HttpResponse GatewayService::handle_audited(HttpRequest& request) {
  const Route& route = *request.route;
  const bool audited =
      !is_safe_method(request.method) && request.identity.is_admin() && !route.draws;
  if (!audited) return route.handler(request);
  const absl::StatusOr<int64_t> entry = audit_.begin(request, route.pattern);
  if (!entry.ok()) return error_response(request, entry.status());
  HttpResponse response = route.handler(request);
  audit_.finish(*entry, response.status, request.audit_target);
  return response;
}

HttpResponse GatewayService::refuse(const HttpRequest& request, const absl::Status& status) const {
  HttpResponse response = error_response(request, status);
  if (response.status == 405) {
    response.headers.set("Allow", router_.allowed_methods(request.path));
  }
  return finish(request, std::move(response));
}

HttpResponse GatewayService::fail(HttpRequest& request, int status) {
  // The library gives up on some requests before anybody has seen them.
  if (request.request_id.empty()) begin(request);
  const bool known = !request.body_refusal.ok();
  HttpResponse response =
      error_response(request, known ? request.body_refusal : api_error(code_of_status(status)));
  if (!known) response.status = status;
  response.close_connection = true;
  let_go_of_body(request);
  return finish(request, std::move(response));
}

HttpResponse GatewayService::finish(const HttpRequest& request, HttpResponse response) const {
  cors_.decorate(request, response);
  response.headers.set("X-Request-Id", request.request_id);
  response.headers.set("X-Content-Type-Options", "nosniff");
  if (!request.rate_limit.empty()) {
    response.headers.set("RateLimit-Policy", request.rate_limit_policy);
    response.headers.set("RateLimit", request.rate_limit);
  }
  const std::string pattern = request.route != nullptr ? request.route->pattern : "none";
  log_answer(request, pattern, response, request.started);
  return response;
}

}  // namespace easel
