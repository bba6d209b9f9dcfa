#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "gateway/auth/secret_token.h"
#include "gateway/auth/session_cookie.h"
#include "gateway/error_body.h"
#include "gateway/json_body.h"
#include "gateway/json_response.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr size_t kMaxLoginBytes = 8192;

struct Credentials {
  std::string name, password;
};

absl::StatusOr<Credentials> read_credentials(const std::string& body) {
  EASEL_ASSIGN_OR_RETURN(const json object, parse_json_object(body));
  JsonFields fields(object);
  Credentials credentials;
  credentials.name = fields.text("name").value_or("");
  credentials.password = fields.text("password").value_or("");
  if (credentials.name.empty()) fields.fail("name", "must be given");
  if (credentials.password.empty()) fields.fail("password", "must be given");
  EASEL_RETURN_IF_ERROR(fields.finish());
  return credentials;
}

json session_json(const SessionRecord& session) {
  return {{"id", session.id},
          {"name", session.admin},
          {"created_at", utc_text(session.created_at_ms)},
          {"used_at", utc_text(session.used_at_ms)},
          {"expires_at", utc_text(session.expires_at_ms)},
          {"address", session.address},
          {"user_agent", session.user_agent}};
}

HttpResponse started(const HttpRequest& request, const SessionStart& start) {
  HttpResponse response = json_response({{"name", start.session.admin},
                                         {"session_id", start.session.id},
                                         {"csrf_token", csrf_token_of(start.token)},
                                         {"expires_at", utc_text(start.session.expires_at_ms)}});
  const std::chrono::milliseconds lifetime(start.session.expires_at_ms -
                                           start.session.created_at_ms);
  response.headers.add(
      "Set-Cookie",
      session_cookie(request, start.token, std::chrono::floor<std::chrono::seconds>(lifetime)));
  return response;
}

HttpResponse log_in(AccessControl& access, const HttpRequest& request) {
  // Else a page elsewhere could log its visitor in as somebody whose password it knows.
  if (!access.guard().comes_from_admins(request)) {
    return error_response(
        request,
        api_error(ErrorCode::kForbidden, "a login from a page of an origin that is no admins'"));
  }
  const absl::StatusOr<Credentials> credentials = read_credentials(request.body);
  if (!credentials.ok()) return error_response(request, credentials.status());
  const std::string* user_agent = request.headers.find("User-Agent");
  const absl::StatusOr<SessionStart> start = access.admins().log_in(
      credentials->name, credentials->password, request.client_address,
      user_agent != nullptr ? *user_agent : std::string(), session_token_of(request));
  HttpResponse response =
      start.ok() ? started(request, *start) : error_response(request, start.status());
  // What was refused unseen is not written down: anybody could make the disk work with it.
  if (response.status != 200 && response.status != 401) return response;
  access.audit_trail().note_login(request, access.admins().name_for_log(credentials->name),
                                  response.status);
  return response;
}

HttpResponse log_out(AccessControl& access, const HttpRequest& request) {
  if (request.identity.kind == CallerKind::kAdminSession) {
    const absl::StatusOr<bool> ended = access.admins().end_session(request.identity.id);
    if (!ended.ok()) return error_response(request, ended.status());
  }
  HttpResponse response = json_response({{"logged_out", true}});
  response.headers.add("Set-Cookie", ended_session_cookie(request));
  return response;
}

// Who is logged in; with the CSRF token that a page needs after it was loaded anew.
HttpResponse show(const HttpRequest& request) {
  const bool by_cookie = request.identity.kind == CallerKind::kAdminSession;
  return json_response(
      {{"name", request.identity.name},
       {"session_id", by_cookie ? json(request.identity.id) : json(nullptr)},
       {"csrf_token", by_cookie ? json(csrf_token_of(session_token_of(request))) : json(nullptr)}});
}

HttpResponse list(AccessControl& access, const HttpRequest& request) {
  const absl::StatusOr<std::vector<SessionRecord>> sessions = access.admins().sessions();
  if (!sessions.ok()) return error_response(request, sessions.status());
  json items = json::array();
  for (const SessionRecord& session : *sessions) {
    json item = session_json(session);
    item["current"] = session.id == request.identity.id;
    items.push_back(std::move(item));
  }
  return json_response({{"items", std::move(items)}});
}

HttpResponse revoke(AccessControl& access, const HttpRequest& request) {
  const std::string& id = request.path_parameters.at("id");
  const absl::StatusOr<bool> ended = access.admins().end_session(id);
  if (!ended.ok()) return error_response(request, ended.status());
  if (!*ended) {
    return error_response(request, api_error(ErrorCode::kNotFound, "there is no such session"));
  }
  return json_response({{"id", id}, {"revoked", true}});
}

}  // namespace

void add_admin_session_routes(Router& router, const RouteParts& parts) {
  AccessControl& access = parts.access;
  const auto add = [&](Access rule, const char* method, const char* pattern, RouteHandler handler) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = std::move(handler);
    if (rule == Access::kPublic) route.max_body_bytes = kMaxLoginBytes;
    router.add(rule, std::move(route));
  };
  add(Access::kPublic, "POST", "/api/admin/login",
      [&access](HttpRequest& request) { return log_in(access, request); });
  add(Access::kAdmin, "POST", "/api/admin/logout",
      [&access](HttpRequest& request) { return log_out(access, request); });
  add(Access::kAdmin, "GET", "/api/admin/session",
      [](HttpRequest& request) { return show(request); });
  add(Access::kAdmin, "GET", "/api/admin/sessions",
      [&access](HttpRequest& request) { return list(access, request); });
  add(Access::kAdmin, "DELETE", "/api/admin/sessions/{id}",
      [&access](HttpRequest& request) { return revoke(access, request); });
}

}  // namespace easel
