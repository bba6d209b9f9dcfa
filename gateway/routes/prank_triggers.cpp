#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "gateway/api_error.h"
#include "gateway/picture_body.h"
#include "gateway/prank_body.h"
#include "gateway/prank_json.h"
#include "gateway/prank_routes.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr char kListPattern[] = "/api/pranks/builder/{builder_slug}/triggers";
constexpr char kOrderPattern[] = "/api/pranks/builder/{builder_slug}/triggers/order";
constexpr char kOnePattern[] = "/api/pranks/builder/{builder_slug}/triggers/{trigger_id}";
constexpr std::chrono::milliseconds kPictureTimeout(60'000);

absl::StatusOr<int64_t> trigger_id_of(const HttpRequest& request) {
  if (const std::optional<int64_t> id = id_in_path(request, "trigger_id")) return *id;
  return api_error(ErrorCode::kNotFound, "the prank has no such trigger");
}

absl::StatusOr<json> show_trigger(const RouteParts& parts, int64_t prank, int64_t id) {
  EASEL_ASSIGN_OR_RETURN(const auto trigger, parts.pranks.triggers.get(prank, id));
  if (trigger) return trigger_json(*trigger);
  return api_error(ErrorCode::kNotFound, "the prank has no such trigger");
}

// What can be refused without reading the picture costs no units. They are given back where reading
// it was not what failed: a picture that cannot be read has cost its reading.
absl::StatusOr<TriggerPicture> store_counted(const RouteParts& parts, HttpRequest& request,
                                             TriggerOrder& order) {
  EASEL_ASSIGN_OR_RETURN(const EncodedPicture encoded, parts.pranks.pictures.find(order));
  RateLimits& limits = parts.access.limits();
  EASEL_RETURN_IF_ERROR(limits.take(request, kUploadWork, /*pictures=*/1));
  absl::StatusOr<TriggerPicture> picture = parts.pranks.pictures.store(encoded);
  const bool was_read =
      picture.ok() || public_error(picture.status()).code == ErrorCode::kInvalidField;
  if (!was_read) limits.give_back(request);
  return picture;
}

absl::StatusOr<json> add_trigger(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PrankRecord prank, find_built_prank(parts, request));
  EASEL_ASSIGN_OR_RETURN(TriggerOrder order,
                         parse_trigger(request.body, /*is_new=*/true, parts.uploads));
  std::string().swap(request.body);
  NewTrigger trigger;
  trigger.phrase = order.phrase.value_or("");
  trigger.match = order.match.value_or(MatchKind::kContains);
  trigger.priority = order.priority.value_or(0);
  EASEL_ASSIGN_OR_RETURN(trigger.picture, store_counted(parts, request, order));
  const absl::StatusOr<int64_t> id = parts.pranks.triggers.insert(prank.id, trigger, utc_now_ms());
  if (id.ok()) return show_trigger(parts, prank.id, *id);
  parts.pranks.pictures.remove(trigger.picture.files);
  return prank_error(id.status());
}

absl::StatusOr<json> change_trigger(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PrankRecord prank, find_built_prank(parts, request));
  EASEL_ASSIGN_OR_RETURN(const int64_t id, trigger_id_of(request));
  EASEL_ASSIGN_OR_RETURN(TriggerOrder order,
                         parse_trigger(request.body, /*is_new=*/false, parts.uploads));
  std::string().swap(request.body);
  TriggerChange change{std::move(order.phrase), order.match, order.priority, {}};
  if (!order.image.empty() || !order.generation_id.empty()) {
    EASEL_RETURN_IF_ERROR(show_trigger(parts, prank.id, id).status());
    EASEL_ASSIGN_OR_RETURN(change.picture, store_counted(parts, request, order));
  }
  const auto left = parts.pranks.triggers.change(prank.id, id, change, utc_now_ms());
  if (!left.ok()) {
    if (change.picture) parts.pranks.pictures.remove(change.picture->files);
    return prank_error(left.status());
  }
  if (*left) parts.pranks.pictures.remove(**left);
  return show_trigger(parts, prank.id, id);
}

absl::StatusOr<json> remove_trigger(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PrankRecord prank, find_built_prank(parts, request));
  EASEL_ASSIGN_OR_RETURN(const int64_t id, trigger_id_of(request));
  const auto files = parts.pranks.triggers.remove(prank.id, id, utc_now_ms());
  if (!files.ok()) return prank_error(files.status());
  parts.pranks.pictures.remove(*files);
  return json{{"id", id}, {"deleted", true}};
}

absl::StatusOr<json> reorder_triggers(const RouteParts& parts, HttpRequest& request) {
  EASEL_ASSIGN_OR_RETURN(const PrankRecord prank, find_built_prank(parts, request));
  EASEL_ASSIGN_OR_RETURN(const std::vector<int64_t> ids, parse_trigger_order(request.body));
  const absl::Status ordered = parts.pranks.triggers.reorder(prank.id, ids, utc_now_ms());
  if (!ordered.ok()) return prank_error(ordered);
  EASEL_ASSIGN_OR_RETURN(const std::vector<TriggerRecord> triggers,
                         parts.pranks.triggers.list(prank.id));
  return json{{"triggers", triggers_json(triggers)}};
}

}  // namespace

void add_prank_trigger_routes(Router& router, const RouteParts& parts) {
  const auto with_picture = [](Route route) {
    route.max_body_bytes = kMaxTriggerBody;
    route.body_timeout = kPictureTimeout;
    route.make_body_check = make_picture_body_check;
    route.kind = [](const HttpRequest& request) {
      return names_picture(request.body) ? RouteKind::kUpload : RouteKind::kQuick;
    };
    return route;
  };
  const auto add = [&](Route route) { add_builder_route(router, parts, std::move(route)); };
  add(with_picture(make_prank_route(parts, "POST", kListPattern, &add_trigger, 201)));
  Route order = make_prank_route(parts, "PUT", kOrderPattern, &reorder_triggers);
  order.max_body_bytes = kMaxPrankBody;
  add(std::move(order));
  add(with_picture(make_prank_route(parts, "PATCH", kOnePattern, &change_trigger)));
  add(make_prank_route(parts, "DELETE", kOnePattern, &remove_trigger));
}

}  // namespace easel
