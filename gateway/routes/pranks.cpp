#include <utility>

#include "base/error.h"
#include "base/random_bytes.h"
#include "base/utc_time.h"
#include "gateway/error_body.h"
#include "gateway/json_response.h"
#include "gateway/log_event.h"
#include "gateway/prank_body.h"
#include "gateway/prank_json.h"
#include "gateway/prank_routes.h"

namespace easel {
namespace {

constexpr std::string_view kUsualTitle = "Imagination Station";
constexpr size_t kSlugEndingBytes = 4;
constexpr int kSlugAttempts = 4;

// A slug that nobody has asked for by name: of the title while that is free, then with an ending.
std::string made_up_slug(const std::string& title, int attempt) {
  const std::string of_title = slug_of_title(title);
  if (of_title.empty()) return concat("prank-", random_hex(kSlugEndingBytes));
  return attempt == 0 ? of_title : concat(of_title, "-", random_hex(kSlugEndingBytes));
}

absl::StatusOr<PrankRecord> make_prank(const RouteParts& parts, PrankOrder order) {
  PrankRecord prank;
  prank.title = order.title.value_or(std::string(kUsualTitle));
  prank.session_id = std::move(order.session_id);
  prank.builder_slug = random_hex(kBuilderSlugBytes);
  prank.created_at_ms = prank.updated_at_ms = utc_now_ms();
  for (int attempt = 0;; ++attempt) {
    prank.share_slug = order.share_slug.value_or(made_up_slug(prank.title, attempt));
    const absl::StatusOr<int64_t> id = parts.pranks.pranks.insert(prank, parts.pranks.max_pranks);
    if (id.ok()) prank.id = *id;
    if (id.ok()) return prank;
    const bool again = absl::IsAlreadyExists(id.status()) && !order.share_slug;
    if (!again || attempt + 1 == kSlugAttempts) return prank_error(id.status());
  }
}

HttpResponse create(const RouteParts& parts, HttpRequest& request) {
  absl::StatusOr<PrankOrder> order = parse_new_prank(request.body);
  if (!order.ok()) return error_response(request, order.status());
  const absl::Status taken = parts.access.limits().take(request, kUploadWork, /*pictures=*/1);
  if (!taken.ok()) return error_response(request, taken);
  const absl::StatusOr<PrankRecord> prank = make_prank(parts, *std::move(order));
  if (!prank.ok()) {
    parts.access.limits().give_back(request);
    return error_response(request, prank.status());
  }
  request.audit_target = concat("prank ", prank->id);
  nlohmann::json body = maker_prank_json(*prank);
  body["triggers"] = nlohmann::json::array();
  return json_response(body, 201);
}

// The prank's new count. A page is there to be seen: a view that cannot be written is not counted.
int64_t count_view(const RouteParts& parts, const PrankRecord& prank) {
  const auto count = parts.pranks.visits.count_view(prank.id, utc_now_ms());
  if (count.ok()) return count->value_or(prank.view_count);
  log_event(LogLevel::kWarning, "view not counted",
            {{"prank", prank.id}, {"detail", log_text(count.status())}});
  return prank.view_count;
}

HttpResponse show(const RouteParts& parts, const HttpRequest& request) {
  absl::StatusOr<PrankRecord> prank = find_shared_prank(parts, request);
  if (!prank.ok()) return error_response(request, prank.status());
  if (request.method == "GET") {  // HEAD looks without seeing
    prank->view_count = count_view(parts, *prank);
  }
  return json_response(visitor_prank_json(*prank));
}

}  // namespace

void add_prank_routes(Router& router, const RouteParts& parts) {
  Route making;
  making.method = "POST";
  making.pattern = "/api/pranks";
  making.handler = [parts](HttpRequest& request) { return create(parts, request); };
  making.max_body_bytes = kMaxPrankBody;
  router.add(Access::kGenerate, std::move(making));
  Route showing;
  showing.method = "GET";
  showing.pattern = "/api/pranks/{share_slug}";
  showing.handler = [parts](HttpRequest& request) { return show(parts, request); };
  router.add(Access::kVisitor, std::move(showing));
}

}  // namespace easel
