#include "gateway/prank_routes.h"

#include <charconv>
#include <utility>

#include "base/error.h"
#include "gateway/api_error.h"
#include "gateway/error_body.h"
#include "gateway/json_response.h"

namespace easel {
namespace {

absl::Status no_such_prank() { return api_error(ErrorCode::kNotFound, "there is no such prank"); }

}  // namespace

Route make_prank_route(const RouteParts& parts, const char* method, const char* pattern,
                       PrankAction* action, int status) {
  Route route;
  route.method = method;
  route.pattern = pattern;
  route.handler = [parts, action, status](HttpRequest& request) {
    const absl::StatusOr<nlohmann::json> body = action(parts, request);
    return body.ok() ? json_response(*body, status) : error_response(request, body.status());
  };
  return route;
}

std::optional<int64_t> id_in_path(const HttpRequest& request, const std::string& parameter) {
  const std::string& text = request.path_parameters.at(parameter);
  int64_t id = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc() || stop != end) return std::nullopt;
  return id;
}

absl::Status prank_error(const absl::Status& status) {
  const std::string_view message = to_std(status.message());
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return api_error(ErrorCode::kNotFound, message);
    case absl::StatusCode::kAlreadyExists:
      return api_error(ErrorCode::kConflict, message);
    default:
      return status;
  }
}

absl::StatusOr<PrankRecord> find_built_prank(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(
      std::optional<PrankRecord> prank,
      parts.pranks.pranks.by_builder_slug(request.path_parameters.at("builder_slug")));
  if (!prank) return no_such_prank();
  request.audit_target = concat("prank ", prank->id);
  if (prank->is_admin_only && !request.identity.is_admin()) {
    const bool unknown = request.identity.kind == CallerKind::kAnonymous;
    return api_error(unknown ? ErrorCode::kUnauthorized : ErrorCode::kForbidden,
                     "admins alone edit this prank");
  }
  return *std::move(prank);
}

void add_builder_route(Router& router, const RouteParts& parts, Route route) {
  route.takes_password = [parts](const HttpRequest& request) {
    const auto prank =
        parts.pranks.pranks.by_builder_slug(request.path_parameters.at("builder_slug"));
    return prank.ok() && *prank && (*prank)->is_admin_only;
  };
  router.add(Access::kVisitor, std::move(route));
}

absl::StatusOr<PrankRecord> find_shared_prank(const RouteParts& parts, const HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(
      std::optional<PrankRecord> prank,
      parts.pranks.pranks.by_share_slug(request.path_parameters.at("share_slug")));
  if (!prank) return no_such_prank();
  return *std::move(prank);
}

}  // namespace easel
