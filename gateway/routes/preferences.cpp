#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "base/utf8.h"
#include "gateway/error_body.h"
#include "gateway/json_body.h"
#include "gateway/json_response.h"
#include "gateway/page_query.h"
#include "gateway/route_parts.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr size_t kMaxBody = 32 << 10, kMaxNameBytes = 128, kMaxPromptCodePoints = 4096;
constexpr int64_t kMaxSeed = (int64_t{1} << 53) - 1, kMaxSide = 1'000'000;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

absl::Status check_session_id(std::string_view id) {
  if (is_name(id)) return absl::OkStatus();
  return api_error(ErrorCode::kInvalidField,
                   concat("'session_id' must be 1 to ", kMaxNameBytes, " plain characters"));
}

// The fields of /api/generate that may have a default, in the same ranges.
absl::Status check_defaults(const json& defaults) {
  JsonFields fields(defaults);
  fields.whole_number("steps", 1, 200);
  fields.number("guidance", 0, 30);
  fields.whole_number("seed", 0, kMaxSeed);
  fields.whole_number("num_images", 1, 8);
  for (const char* side : {"width", "height"}) fields.whole_number(side, 16, kMaxSide);
  if (const auto sampler = fields.text("sampler"); sampler && !is_name(*sampler)) {
    fields.fail("sampler", "is not a name");
  }
  const auto negative = fields.text("negative_prompt");
  if (count_code_points(negative.value_or("")) > kMaxPromptCodePoints) {
    fields.fail("negative_prompt",
                concat("must have at most ", kMaxPromptCodePoints, " characters"));
  }
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
  order.session_id = fields.text("session_id").value_or("");
  order.preference.engine = fields.text("engine").value_or("");
  if (!order.preference.engine.empty() && !is_name(order.preference.engine)) {
    fields.fail("engine", "is not a name");
  }
  const json* defaults = fields.object("defaults");
  EASEL_RETURN_IF_ERROR(fields.finish());
  EASEL_RETURN_IF_ERROR(check_session_id(order.session_id));
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

HttpResponse put(const RouteParts& parts, const HttpRequest& request) {
  absl::StatusOr<Order> order = read_order(request.body);
  if (!order.ok()) return error_response(request, order.status());
  order->preference.updated_at_ms = parts.access.clock().utc_ms();
  const absl::Status put = parts.preferences.put(order->session_id, order->preference);
  if (!put.ok()) return error_response(request, put);
  return answer(order->session_id, order->preference);
}

}  // namespace

void add_preference_routes(Router& router, const RouteParts& parts) {
  Route read;
  read.method = "GET";
  read.pattern = "/api/preferences";
  read.handler = [parts](HttpRequest& request) { return get(parts, request); };
  router.add(Access::kGenerate, std::move(read));
  Route write;
  write.method = "PUT";
  write.pattern = "/api/preferences";
  write.handler = [parts](HttpRequest& request) { return put(parts, request); };
  write.max_body_bytes = kMaxBody;
  router.add(Access::kGenerate, std::move(write));
}

}  // namespace easel
