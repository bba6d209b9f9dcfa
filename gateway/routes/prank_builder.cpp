#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "gateway/api_error.h"
#include "gateway/prank_body.h"
#include "gateway/prank_json.h"
#include "gateway/prank_routes.h"

namespace easel {
namespace {

constexpr char kPattern[] = "/api/pranks/builder/{builder_slug}";

absl::StatusOr<nlohmann::json> whole_prank(const RouteParts& parts, const PrankRecord& prank) {
  EASEL_ASSIGN_OR_RETURN(const std::vector<TriggerRecord> triggers,
                         parts.pranks.triggers.list(prank.id));
  nlohmann::json body = maker_prank_json(prank);
  body["triggers"] = triggers_json(triggers);
  return body;
}

absl::StatusOr<nlohmann::json> show(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PrankRecord prank, find_built_prank(parts, request));
  return whole_prank(parts, prank);
}

absl::StatusOr<nlohmann::json> change(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PrankRecord prank, find_built_prank(parts, request));
  EASEL_ASSIGN_OR_RETURN(const PrankChange change, parse_prank_change(request.body));
  if (prank.is_vip && change.share_slug) {
    return api_error(ErrorCode::kInvalidField, "'share_slug' of the VIP prank stays as it is");
  }
  const absl::Status changed = parts.pranks.pranks.change(prank.id, change, utc_now_ms());
  if (!changed.ok()) return prank_error(changed);
  return show(parts, request);
}

absl::StatusOr<nlohmann::json> remove(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PrankRecord prank, find_built_prank(parts, request));
  const absl::StatusOr<std::vector<TriggerFiles>> files = parts.pranks.pranks.remove(prank.id);
  if (!files.ok()) return prank_error(files.status());
  for (const TriggerFiles& file : *files) parts.pranks.pictures.remove(file);
  return nlohmann::json{{"id", prank.id}, {"deleted", true}};
}

}  // namespace

void add_prank_builder_routes(Router& router, const RouteParts& parts) {
  const auto add = [&](const char* method, PrankAction* action, size_t max_body_bytes) {
    Route route = make_prank_route(parts, method, kPattern, action);
    route.max_body_bytes = max_body_bytes;
    add_builder_route(router, parts, std::move(route));
  };
  add("GET", &show, 0);
  add("PATCH", &change, kMaxPrankBody);
  add("DELETE", &remove, 0);
}

}  // namespace easel
