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

HttpResponse with_record(const RouteParts& parts, const HttpRequest& request,
                         const std::function<HttpResponse(const GenerationRecord&)>& answer) {
  const auto record = parts.generations.get(request.path_parameters.at("id"));
  if (!record.ok()) return error_response(request, record.status());
  if (!*record) {
    return error_response(request, api_error(ErrorCode::kNotFound, "there is no such generation"));
  }
  return answer(**record);
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
  return with_record(parts, request, [&](const GenerationRecord& record) {
    return json_response(
        {{"generation_id", record.asked.id}, {"status", generation_status_name(record.status)}},
        runs ? 202 : 200);
  });
}

}  // namespace

void add_generation_routes(Router& router, const RouteParts& parts) {
  const auto add = [&](const char* method, const char* pattern, RouteHandler handler) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = std::move(handler);
    route.admits_pass = route.method == "DELETE";
    router.add(Access::kGenerate, std::move(route));
  };
  add("GET", "/api/generations", [parts](HttpRequest& request) { return list(parts, request); });
  add("GET", "/api/generations/{id}", [parts](HttpRequest& request) {
    return with_record(parts, request, [](const GenerationRecord& record) {
      return json_response(record_json(record));
    });
  });
  add("DELETE", "/api/generations/{id}",
      [parts](HttpRequest& request) { return cancel(parts, request); });
}

}  // namespace easel
