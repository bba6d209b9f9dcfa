#include <utility>

#include "base/error.h"
#include "base/random_bytes.h"
#include "base/utc_time.h"
#include "base/utf8.h"
#include "gateway/auth/secret_token.h"
#include "gateway/error_body.h"
#include "gateway/json_body.h"
#include "gateway/json_response.h"
#include "gateway/json_text.h"
#include "gateway/route_parts.h"
#include "storage/fold_phrase.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr size_t kMaxKeyBody = 4096, kMaxNameCodePoints = 80, kKeyIdBytes = 6;
constexpr int64_t kMaxUnits = 1'000'000'000;
// Lets scanners of leaked secrets see what it is.
constexpr std::string_view kKeyPrefix = "easel_";

constexpr std::pair<std::string_view, unsigned> kScopeNames[] = {
    {"generate", kScopeGenerate}, {"edit", kScopeEdit}, {"admin", kScopeAdmin}};

json time_or_null(const std::optional<int64_t>& ms) { return ms ? json(utc_text(*ms)) : nullptr; }

json key_json(const ApiKeyRecord& key) {
  json scopes = json::array();
  for (const auto& [name, bit] : kScopeNames) {
    if ((key.scopes & bit) != 0) scopes.push_back(name);
  }
  return {{"id", key.id},
          {"name", key.name},
          {"scopes", std::move(scopes)},
          {"units_per_minute", or_null(key.units_per_minute)},
          {"units_per_day", or_null(key.units_per_day)},
          {"created_at", utc_text(key.created_at_ms)},
          {"used_at", time_or_null(key.used_at_ms)},
          {"revoked_at", time_or_null(key.revoked_at_ms)}};
}

unsigned read_scopes(JsonFields& fields) {
  unsigned scopes = 0;
  for (const std::string& given : fields.text_list("scopes", std::size(kScopeNames))) {
    unsigned bit = 0;
    for (const auto& [name, value] : kScopeNames) {
      if (name == given) bit = value;
    }
    if (bit == 0) fields.fail("scopes", "may have 'generate', 'edit' and 'admin'");
    scopes |= bit;
  }
  if (scopes == 0) fields.fail("scopes", "must be a list of 'generate', 'edit', 'admin'");
  return scopes;
}

// Whether it holds what is no text: it stands in tables, logs and the audit log.
bool has_control_character(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 … U+009F
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xa0)
      return true;
  }
  return false;
}

std::string read_name(JsonFields& fields) {
  const std::string given = fields.text("name").value_or("");
  const size_t first = given.find_first_not_of(' ');
  std::string name = first == std::string::npos
                         ? ""
                         : given.substr(first, given.find_last_not_of(' ') + 1 - first);
  if (count_code_points(name) > kMaxNameCodePoints || has_control_character(name) ||
      fold_phrase(name).empty()) {
    fields.fail("name", concat("must have 1 to ", kMaxNameCodePoints,
                               " characters, one of them visible and none a control character"));
  }
  return name;
}

absl::StatusOr<ApiKeyRecord> read_key(const std::string& body) {
  EASEL_ASSIGN_OR_RETURN(const json object, parse_json_object(body));
  JsonFields fields(object);
  ApiKeyRecord key;
  key.name = read_name(fields);
  key.scopes = read_scopes(fields);
  key.units_per_minute = fields.whole_number("units_per_minute", 0, kMaxUnits);
  key.units_per_day = fields.whole_number("units_per_day", 0, kMaxUnits);
  EASEL_RETURN_IF_ERROR(fields.finish());
  return key;
}

// The one time that the key itself is shown.
HttpResponse make(AccessControl& access, HttpRequest& request) {
  absl::StatusOr<ApiKeyRecord> key = read_key(request.body);
  if (!key.ok()) return error_response(request, key.status());
  key->id = random_hex(kKeyIdBytes);
  key->created_at_ms = access.clock().utc_ms();
  const std::string secret = concat(kKeyPrefix, make_secret_token());
  if (absl::Status added = access.api_keys().add(*key, hash_of_token(secret)); !added.ok()) {
    return error_response(request, added);
  }
  request.audit_target = concat("key ", key->id, " ", key->name);
  json body = key_json(*key);
  body["key"] = secret;
  return json_response(body, 201);
}

HttpResponse list(AccessControl& access, const HttpRequest& request) {
  const absl::StatusOr<std::vector<ApiKeyRecord>> keys = access.api_keys().list();
  if (!keys.ok()) return error_response(request, keys.status());
  json items = json::array();
  for (const ApiKeyRecord& key : *keys) items.push_back(key_json(key));
  return json_response({{"items", std::move(items)}});
}

HttpResponse revoke(AccessControl& access, const HttpRequest& request) {
  const std::string& id = request.path_parameters.at("id");
  const absl::StatusOr<bool> revoked = access.api_keys().revoke(id, access.clock().utc_ms());
  if (!revoked.ok()) return error_response(request, revoked.status());
  if (!*revoked) {
    return error_response(request, api_error(ErrorCode::kNotFound, "there is no such key"));
  }
  return json_response({{"id", id}, {"revoked", true}});
}

}  // namespace

void add_admin_key_routes(Router& router, const RouteParts& parts) {
  AccessControl& access = parts.access;
  const auto add = [&](const char* method, const char* pattern, RouteHandler handler) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = std::move(handler);
    if (route.method == "POST") route.max_body_bytes = kMaxKeyBody;
    router.add(Access::kAdmin, std::move(route));
  };
  add("POST", "/api/admin/keys", [&access](HttpRequest& request) { return make(access, request); });
  add("GET", "/api/admin/keys", [&access](HttpRequest& request) { return list(access, request); });
  add("DELETE", "/api/admin/keys/{id}",
      [&access](HttpRequest& request) { return revoke(access, request); });
}

}  // namespace easel
