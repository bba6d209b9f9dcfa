#include <charconv>
#include <utility>

#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/record_json.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

constexpr int kDefaultPageItems = 24;

absl::StatusOr<std::string> single_parameter(const HttpRequest& request, const std::string& name) {
  const auto [first, last] = request.query.equal_range(name);
  if (first == last) return std::string();
  if (std::next(first) == last) return first->second;
  return api_error(ErrorCode::kInvalidField, concat("'", name, "' is given twice"));
}

absl::StatusOr<int> limit_of(const std::string& text) {
  if (text.empty()) return kDefaultPageItems;
  int limit = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, limit);
  if (error == std::errc() && stop == end && limit >= 1 &&
      limit <= GenerationStore::kMaxPageItems) {
    return limit;
  }
  return api_error(ErrorCode::kInvalidField, concat("'limit' must be a whole number from 1 to ",
                                                    GenerationStore::kMaxPageItems));
}

absl::StatusOr<GenerationPage> read_page(const RouteParts& parts, const HttpRequest& request) {
  for (const auto& [name, value] : request.query) {
    if (name != "limit" && name != "cursor") {
      return api_error(ErrorCode::kInvalidField,
                       "the history takes the parameters 'limit' and 'cursor' only");
    }
  }
  absl::StatusOr<std::string> limit_text = single_parameter(request, "limit");
  if (!limit_text.ok()) return limit_text.status();
  absl::StatusOr<int> limit = limit_of(*limit_text);
  if (!limit.ok()) return limit.status();
  absl::StatusOr<std::string> cursor = single_parameter(request, "cursor");
  if (!cursor.ok()) return cursor.status();
  return parts.generations.page(*limit, *cursor);
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

HttpResponse cancel(const RouteParts& parts, const HttpRequest& request) {
  const bool runs = parts.runner.cancel(request.path_parameters.at("id"));
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
