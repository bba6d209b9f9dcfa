#include <utility>

#include "base/error.h"
#include "gateway/error_body.h"
#include "gateway/generate_fields.h"
#include "gateway/json_body.h"
#include "gateway/json_response.h"
#include "gateway/page_query.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr size_t kMaxBody = 32 << 10;

absl::Status check_session_id(std::string_view id) {
  const nlohmann::json object = {{"session_id", id}};
  JsonFields fields(object);
  if (read_name(fields, "session_id").empty()) fields.fail("session_id", "must be given");
  return fields.finish();
}

// The fields of /api/generate that may have a default.
absl::Status check_defaults(const json& defaults) {
  JsonFields fields(defaults);
  read_generate_fields(fields);
  return fields.finish();
}

struct Order {
  std::string session_id;
  Preference preference;
};

absl::StatusOr<Order> read_order(const std::string& body) {
  EASEL_ASSIGN_OR_RETURN(const json object, parse_json_object(body));
  JsonFields fields(object);
  Order order;
  order.session_id = read_name(fields, "session_id");
  order.preference.engine = read_name(fields, "engine");
  if (order.session_id.empty()) fields.fail("session_id", "must be given");
  const json* defaults = fields.object("defaults");
  EASEL_RETURN_IF_ERROR(fields.finish());
  if (defaults != nullptr) EASEL_RETURN_IF_ERROR(check_defaults(*defaults));
  order.preference.defaults_json = defaults != nullptr ? to_json_text(*defaults) : "{}";
  return order;
}

HttpResponse answer(const std::string& session_id, const Preference& preference) {
  const json defaults = json::parse(preference.defaults_json, nullptr, /*allow_exceptions=*/false);
  return json_response(
      {{"session_id", session_id},
       {"engine", preference.engine.empty() ? json(nullptr) : json(preference.engine)},
       {"defaults", defaults.is_object() ? defaults : json::object()}});
}

HttpResponse get(const RouteParts& parts, const HttpRequest& request) {
  absl::StatusOr<std::string> id = single_parameter(request, "session_id");
  if (!id.ok()) return error_response(request, id.status());
  if (absl::Status valid = check_session_id(*id); !valid.ok())
    return error_response(request, valid);
  const absl::StatusOr<std::optional<Preference>> found = parts.preferences.get(*id);
  if (!found.ok()) return error_response(request, found.status());
  return answer(*id, found->value_or(Preference{}));
}

HttpResponse put(const RouteParts& parts, HttpRequest& request) {
  absl::StatusOr<Order> order = read_order(request.body);
  if (!order.ok()) return error_response(request, order.status());
  request.audit_target = concat("session ", order->session_id);
  const absl::Status taken = parts.access.limits().take(request, kUploadWork, /*pictures=*/1);
  if (!taken.ok()) return error_response(request, taken);
  order->preference.updated_at_ms = parts.access.clock().utc_ms();
  const absl::Status put = parts.preferences.put(order->session_id, order->preference);
  if (!put.ok()) {
    parts.access.limits().give_back(request);
    return error_response(request, put);
  }
  return answer(order->session_id, order->preference);
}

}  // namespace

void add_preference_routes(Router& router, const RouteParts& parts) {
  Route read;
  read.method = "GET";
  read.pattern = "/api/preferences";
  read.handler = [parts](HttpRequest& request) { return get(parts, request); };
  router.add(Access::kGenerateOrEdit, std::move(read));
  Route write;
  write.method = "PUT";
  write.pattern = "/api/preferences";
  write.handler = [parts](HttpRequest& request) { return put(parts, request); };
  write.max_body_bytes = kMaxBody;
  router.add(Access::kGenerateOrEdit, std::move(write));
}

}  // namespace easel
