#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/page_query.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

json entry_json(const AuditEntry& entry) {
  return {{"at", utc_text(entry.at_ms)},
          {"actor", entry.actor},
          {"address", entry.address},
          {"action", entry.action},
          {"target", entry.target},
          {"status", entry.status == 0 ? json(nullptr) : json(entry.status)},
          {"request_id", entry.request_id}};
}

absl::StatusOr<AuditPage> read_page(AccessControl& access, const HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PageQuery query,
                         read_page_query(request, AuditStore::kMaxPageItems));
  return access.audit_log().page(query.limit, query.cursor);
}

HttpResponse list(AccessControl& access, const HttpRequest& request) {
  const absl::StatusOr<AuditPage> page = read_page(access, request);
  if (!page.ok()) return error_response(request, page.status());
  json items = json::array();
  for (const AuditEntry& entry : page->items) items.push_back(entry_json(entry));
  return json_response(
      {{"items", std::move(items)}, {"next", page->next ? json(*page->next) : json(nullptr)}});
}

}  // namespace

void add_admin_audit_route(Router& router, const RouteParts& parts) {
  Route route;
  route.method = "GET";
  route.pattern = "/api/admin/audit";
  route.handler = [&access = parts.access](HttpRequest& request) { return list(access, request); };
  router.add(Access::kAdmin, std::move(route));
}

}  // namespace easel
