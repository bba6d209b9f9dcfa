#include <utility>

#include "base/error.h"
#include "base/random_bytes.h"
#include "base/utc_time.h"
#include "gateway/api_error.h"
#include "gateway/page_query.h"
#include "gateway/prank_body.h"
#include "gateway/prank_json.h"
#include "gateway/prank_routes.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr char kVipSlug[] = "imagine";
constexpr char kVipTitle[] = "VIP Imagination Station";
constexpr char kVipSession[] = "vip-admin";

absl::StatusOr<json> make_vip(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const std::optional<std::string> session_id,
                         parse_vip_prank(request.body));
  PrankRecord prank;
  prank.share_slug = kVipSlug;
  prank.builder_slug = random_hex(kBuilderSlugBytes);
  prank.title = kVipTitle;
  prank.session_id = session_id.value_or(kVipSession);
  prank.is_vip = prank.is_admin_only = true;
  prank.created_at_ms = prank.updated_at_ms = utc_now_ms();
  const absl::StatusOr<int64_t> id = parts.pranks.pranks.insert(prank);
  if (absl::IsAlreadyExists(id.status())) {
    return api_error(ErrorCode::kInvalidField, "VIP prank already exists");
  }
  if (!id.ok()) return id.status();
  prank.id = *id;
  request.audit_target = concat("prank ", *id);
  json body = maker_prank_json(prank);
  body["triggers"] = json::array();
  for (const char* const name : {"session_id", "updated_at"}) body.erase(name);
  return body;
}

absl::StatusOr<json> list(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PageQuery query,
                         read_page_query(request, PrankStore::kMaxPageItems));
  EASEL_ASSIGN_OR_RETURN(const PrankPage page, parts.pranks.pranks.page(query.limit, query.cursor));
  json items = json::array();
  for (const ListedPrank& item : page.items) {
    items.push_back(maker_prank_json(item.prank));
    items.back()["trigger_count"] = item.trigger_count;
  }
  return json{{"items", std::move(items)}, {"next", page.next ? json(*page.next) : json(nullptr)}};
}

absl::StatusOr<PrankRecord> find_by_id(const RouteParts& parts, const HttpRequest& request) {
  std::optional<PrankRecord> prank;
  if (const std::optional<int64_t> id = id_in_path(request, "id")) {
    EASEL_ASSIGN_OR_RETURN(prank, parts.pranks.pranks.by_id(*id));
  }
  if (!prank) return api_error(ErrorCode::kNotFound, "there is no such prank");
  return *std::move(prank);
}

absl::StatusOr<json> show_analytics(const RouteParts& parts, HttpRequest& request) {
  PrankAnalytics analytics;
  EASEL_ASSIGN_OR_RETURN(analytics.prank, find_by_id(parts, request));
  const int64_t id = analytics.prank.id;
  EASEL_ASSIGN_OR_RETURN(analytics.triggers, parts.pranks.triggers.list(id));
  EASEL_ASSIGN_OR_RETURN(analytics.days, parts.pranks.visits.days(id));
  EASEL_ASSIGN_OR_RETURN(analytics.prompts,
                         parts.pranks.visits.prompts(id, PrankVisits::kKeptPrompts));
  return analytics_json(analytics);
}

}  // namespace

void add_admin_prank_routes(Router& router, const RouteParts& parts) {
  const auto add = [&](const char* method, const char* pattern, PrankAction* action, int status) {
    Route route = make_prank_route(parts, method, pattern, action, status);
    if (route.method == "POST") route.max_body_bytes = kMaxPrankBody;
    route.is_body_optional = true;
    router.add(Access::kAdmin, std::move(route));
  };
  add("POST", "/api/admin/pranks/vip", &make_vip, 201);
  add("GET", "/api/admin/pranks", &list, 200);
  add("GET", "/api/admin/pranks/{id}/analytics", &show_analytics, 200);
}

}  // namespace easel
