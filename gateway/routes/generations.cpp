#include <utility>

#include "base/error.h"
#include "gateway/auth/caller.h"
#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/page_query.h"
#include "gateway/record_json.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

absl::StatusOr<GenerationPage> read_page(const RouteParts& parts, const HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PageQuery query,
                         read_page_query(request, GenerationStore::kMaxPageItems));
  return parts.generations.page(query.limit, query.cursor);
}

HttpResponse list(const RouteParts& parts, const HttpRequest& request) {
  const absl::StatusOr<GenerationPage> page = read_page(parts, request);
  if (!page.ok()) return error_response(request, page.status());
  nlohmann::json items = nlohmann::json::array();
  for (const GenerationRecord& record : page->items) items.push_back(record_json(record));
  return json_response(
      {{"items", std::move(items)}, {"next", page->next ? nlohmann::json(*page->next) : nullptr}});
}

absl::Status no_such_generation() {
  return api_error(ErrorCode::kNotFound, "there is no such generation");
}

HttpResponse show(const RouteParts& parts, const HttpRequest& request) {
  const auto record = parts.generations.get(request.path_parameters.at("id"));
  if (!record.ok()) return error_response(request, record.status());
  if (!*record) return error_response(request, no_such_generation());
  return json_response(record_json(**record));
}

// `caller` began it.
bool may_cancel(const RouteParts& parts, const HttpRequest& request, const std::string& caller) {
  const auto pass = request.query.find("pass");
  return request.identity.is_admin() || caller == caller_of(request) ||
         (pass != request.query.end() &&
          parts.access.passes().opens(pass->second, request.path_parameters.at("id")));
}

HttpResponse cancel(const RouteParts& parts, const HttpRequest& request) {
  const std::string& id = request.path_parameters.at("id");
  const std::optional<std::string> caller = parts.runner.caller_of(id);
  if (caller && !may_cancel(parts, request, *caller)) {
    return error_response(request, api_error(ErrorCode::kForbidden,
                                             "somebody else began this generation: who did and "
                                             "admins may cancel it"));
  }
  // One that begins from here on is not who was asked about.
  const bool runs = caller && parts.runner.cancel(id);
  const auto answer = [&](GenerationStatus status) {
    return json_response({{"generation_id", id}, {"status", generation_status_name(status)}},
                         runs ? 202 : 200);
  };
  const auto record = parts.generations.get(id);
  if (!record.ok()) return error_response(request, record.status());
  if (*record) return answer((*record)->status);
  // One that runs may be on its way to the disk.
  return runs ? answer(GenerationStatus::kQueued) : error_response(request, no_such_generation());
}

}  // namespace

void add_generation_routes(Router& router, const RouteParts& parts) {
  const auto add = [&](const char* method, const char* pattern, RouteHandler handler) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = std::move(handler);
    route.admits_pass = route.method == "DELETE";
    router.add(Access::kGenerateOrEdit, std::move(route));
  };
  add("GET", "/api/generations", [parts](HttpRequest& request) { return list(parts, request); });
  add("GET", "/api/generations/{id}",
      [parts](HttpRequest& request) { return show(parts, request); });
  add("DELETE", "/api/generations/{id}",
      [parts](HttpRequest& request) { return cancel(parts, request); });
}

}  // namespace easel
