#include <array>
#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "base/utf8.h"
#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/page_query.h"
#include "gateway/record_json.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

// A whole prompt may be looked for: 4096 code points of at most four bytes.
constexpr size_t kMaxTextBytes = 16384;
constexpr std::array<std::string_view, 3> kParameters = {"q", "status", "model"};
constexpr std::array kStatuses = {GenerationStatus::kQueued,    GenerationStatus::kRunning,
                                  GenerationStatus::kDone,      GenerationStatus::kFailed,
                                  GenerationStatus::kCancelled, GenerationStatus::kInterrupted};

absl::StatusOr<std::optional<GenerationStatus>> status_of(const std::string& name) {
  if (name.empty()) return std::nullopt;
  for (const GenerationStatus status : kStatuses) {
    if (generation_status_name(status) == name) return status;
  }
  return api_error(ErrorCode::kInvalidField,
                   "'status' is queued, running, done, failed, cancelled or interrupted");
}

absl::StatusOr<GenerationQuery> read_query(const HttpRequest& request) {
  GenerationQuery query;
  EASEL_ASSIGN_OR_RETURN(query.text, single_parameter(request, "q"));
  EASEL_ASSIGN_OR_RETURN(query.model, single_parameter(request, "model"));
  if (query.text.size() > kMaxTextBytes || find_invalid_utf8(query.text)) {
    return api_error(ErrorCode::kInvalidField,
                     concat("'q' is UTF-8 of at most ", kMaxTextBytes, " bytes"));
  }
  EASEL_ASSIGN_OR_RETURN(const std::string status, single_parameter(request, "status"));
  EASEL_ASSIGN_OR_RETURN(query.status, status_of(status));
  return query;
}

json page_json(json items, const std::optional<std::string>& next) {
  return {{"items", std::move(items)}, {"next", next ? json(*next) : json(nullptr)}};
}

// Words that help, instead of those for a generation.
absl::Status search_error(const absl::Status& status) {
  if (public_error(status).code != ErrorCode::kDeadline) return status;
  return api_error(ErrorCode::kDeadline,
                   concat("the search was ended after ", Database::kSearchTime.count() / 1000,
                          " s: rarer words, or fewer filters, find sooner"));
}

absl::StatusOr<json> find(const RouteParts& parts, const HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(
      const PageQuery asked,
      read_page_query(request, GenerationStore::kMaxPageItems, absl::MakeConstSpan(kParameters)));
  EASEL_ASSIGN_OR_RETURN(const GenerationQuery query, read_query(request));
  const absl::StatusOr<GenerationPage> page = parts.search.page(query, asked.limit, asked.cursor);
  if (!page.ok()) return search_error(page.status());
  json items = json::array();
  for (const GenerationRecord& record : page->items) items.push_back(record_json(record));
  return page_json(std::move(items), page->next);
}

absl::StatusOr<json> list_prompts(const RouteParts& parts, const HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PageQuery asked,
                         read_page_query(request, GenerationStore::kMaxPageItems));
  const absl::StatusOr<PromptPage> page = parts.search.prompts(asked.limit, asked.cursor);
  if (!page.ok()) return search_error(page.status());
  json items = json::array();
  for (const UsedPrompt& used : page->items) {
    items.push_back({{"prompt", used.prompt},
                     {"uses", used.uses},
                     {"generation_id", used.generation_id},
                     {"used_at", utc_text(used.used_at_ms)}});
  }
  return page_json(std::move(items), page->next);
}

absl::Status removal_error(const absl::Status& status) {
  if (absl::IsNotFound(status)) {
    return api_error(ErrorCode::kNotFound, "there is no such generation");
  }
  if (absl::IsFailedPrecondition(status)) {
    return api_error(ErrorCode::kConflict, to_std(status.message()));
  }
  return status;
}

absl::StatusOr<json> remove(const RouteParts& parts, const HttpRequest& request) {
  const std::string& id = request.path_parameters.at("id");
  const absl::Status removed = parts.removal.remove(id);
  if (!removed.ok()) return removal_error(removed);
  return json{{"generation_id", id}, {"removed", true}};
}

using AdminAction = absl::StatusOr<json>(const RouteParts& parts, const HttpRequest& request);

}  // namespace

void add_admin_generation_routes(Router& router, const RouteParts& parts) {
  const auto add = [&](const char* method, const char* pattern, AdminAction* action) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = [parts, action](HttpRequest& request) {
      const absl::StatusOr<json> answer = action(parts, request);
      return answer.ok() ? json_response(*answer) : error_response(request, answer.status());
    };
    router.add(Access::kAdmin, std::move(route));
  };
  add("GET", "/api/admin/generations", &find);
  add("DELETE", "/api/admin/generations/{id}", &remove);
  add("GET", "/api/admin/prompts", &list_prompts);
}

}  // namespace easel
