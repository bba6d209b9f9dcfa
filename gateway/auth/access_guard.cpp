#include "gateway/auth/access_guard.h"

#include <sodium.h>

#include <utility>

#include "base/error.h"
#include "gateway/api_error.h"
#include "gateway/auth/secret_token.h"
#include "gateway/auth/session_cookie.h"
#include "gateway/router.h"

namespace easel {
namespace {

constexpr int64_t kTouchIntervalMs = 60'000;
constexpr size_t kMaxCredentialBytes = 2048;

absl::Status unauthorized(std::string_view message) {
  return api_error(ErrorCode::kUnauthorized, message);
}

// "Bearer x" → "x" (RFC 9110 11.4: the scheme has no case); nullopt for another scheme.
std::optional<std::string_view> credentials_of(std::string_view authorization,
                                               std::string_view scheme) {
  if (authorization.size() <= scheme.size() || authorization[scheme.size()] != ' ' ||
      !equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  authorization.remove_prefix(scheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return authorization;
}

// Whether a page of this host or of an origin in `cors` sent the request, or none did.
bool comes_from(const Cors& cors, const HttpRequest& request) {
  const std::string* origin = request.headers.find("Origin");
  if (origin == nullptr) {
    // Browsers that leave the origin out say at least how far away the page is.
    const std::string* site = request.headers.find("Sec-Fetch-Site");
    return site == nullptr || *site == "same-origin" || *site == "none";
  }
  if (request.headers.count("Origin") != 1) return false;
  if (cors.allows(request)) return true;
  const std::string* host = request.headers.find("Host");
  return host != nullptr && !host->empty() && request.headers.count("Host") == 1 &&
         (*origin == concat("http://", *host) || *origin == concat("https://", *host));
}

// "name:password" of RFC 7617.
std::optional<std::pair<std::string, std::string>> decode_basic(std::string_view encoded) {
  if (encoded.size() > kMaxCredentialBytes) return std::nullopt;
  std::string text(encoded.size(), '\0');
  size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(text.data()), text.size(), encoded.data(),
                        encoded.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  text.resize(length);
  const size_t colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, colon), text.substr(colon + 1));
}

// A page that nobody is at would else keep its session alive by what it polls.
SessionUse use_of(const HttpRequest& request) {
  const bool by_itself = (request.route != nullptr && request.route->is_polled) ||
                         request.headers.find("X-Unattended") != nullptr;
  return by_itself ? SessionUse::kByItself : SessionUse::kByPerson;
}

bool is_for_admins(Access access, const HttpRequest& request) {
  return access == Access::kAdmin || (request.route != nullptr && request.route->takes_password &&
                                      request.route->takes_password(request));
}

unsigned scope_of(Access access) {
  switch (access) {
    case Access::kGenerate:
      return kScopeGenerate;
    case Access::kEdit:
      return kScopeEdit;
    case Access::kGenerateOrEdit:
      return kScopeGenerate | kScopeEdit;
    case Access::kAdmin:
      return kScopeAdmin;
    case Access::kPublic:
    case Access::kVisitor:
      break;
  }
  return 0;
}

}  // namespace

bool is_safe_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

AccessGuard::AccessGuard(const GuardParts& parts, GuardRules rules, Clock clock)
    : parts_(parts), rules_(std::move(rules)), clock_(std::move(clock)) {}

absl::Status AccessGuard::check(Access access, HttpRequest& request) {
  absl::StatusOr<Identity> identity = identify(access, request);
  if (access == Access::kPublic) {
    if (identity.ok()) request.identity = *std::move(identity);
    return absl::OkStatus();
  }
  if (!identity.ok()) return identity.status();
  request.identity = *std::move(identity);
  return check_scope(access, request);
}

absl::StatusOr<Identity> AccessGuard::identify(Access access, const HttpRequest& request) {
  const std::string* authorization = request.headers.find("Authorization");
  if (authorization == nullptr) return of_session(access, request);
  if (request.headers.count("Authorization") > 1) return unauthorized("two Authorization fields");
  if (const auto token = credentials_of(*authorization, "Bearer")) return of_key(*token);
  const auto encoded = credentials_of(*authorization, "Basic");
  if (encoded && is_for_admins(access, request)) return of_password(*encoded, request);
  return of_session(access, request);
}

absl::StatusOr<Identity> AccessGuard::of_key(std::string_view token) {
  EASEL_ASSIGN_OR_RETURN(const std::optional<ApiKeyRecord> key,
                         parts_.keys.find(hash_of_token(token)));
  if (!key || key->revoked_at_ms) {
    EASEL_ASSIGN_OR_RETURN(const bool any, parts_.keys.any());
    if (any) return unauthorized("this API key is not known, or was revoked");
    return Identity();
  }
  const int64_t now = clock_.utc_ms();
  if (now - key->used_at_ms.value_or(0) >= kTouchIntervalMs) {
    // A full disk keeps nobody out.
    parts_.keys.touch(key->id, now).IgnoreError();
  }
  Identity identity;
  identity.kind = CallerKind::kKey;
  identity.name = key->name;
  identity.id = key->id;
  identity.scopes = key->scopes;
  identity.units_per_minute = key->units_per_minute;
  identity.units_per_day = key->units_per_day;
  return identity;
}

absl::StatusOr<Identity> AccessGuard::of_password(std::string_view encoded,
                                                  const HttpRequest& request) {
  auto pair = decode_basic(encoded);
  if (!pair) return unauthorized("the Basic credentials are not name:password in base64");
  const absl::Status checked =
      parts_.admins.check_password(pair->first, pair->second, request.client_address).status();
  sodium_memzero(pair->second.data(), pair->second.size());
  if (public_error(checked).code == ErrorCode::kUnauthorized) {
    constexpr int kUnauthorized = 401;
    parts_.audit.note_login(request, parts_.admins.name_for_log(pair->first), kUnauthorized);
  }
  if (!checked.ok()) return checked;
  Identity identity;
  identity.kind = CallerKind::kAdminPassword;
  identity.name = pair->first;
  return identity;
}

absl::StatusOr<Identity> AccessGuard::of_session(Access access, const HttpRequest& request) {
  const std::string token = session_token_of(request);
  if (token.empty()) return Identity();
  EASEL_ASSIGN_OR_RETURN(const std::optional<SessionRecord> session,
                         parts_.admins.session_of(token, use_of(request)));
  if (!session) return Identity();
  if (is_safe_method(request.method)) {
    if (!comes_from_admins(request)) return Identity();
  } else {
    const std::string* csrf = request.headers.find("X-CSRF-Token");
    const bool meant = csrf != nullptr && request.headers.count("X-CSRF-Token") == 1 &&
                       equal_in_constant_time(*csrf, csrf_token_of(token)) &&
                       comes_from_admins(request);
    if (!meant && is_for_admins(access, request)) {
      return api_error(ErrorCode::kForbidden,
                       "a write with an admin's cookie needs that session's X-CSRF-Token, from a "
                       "page of this host or of an admins' origin");
    }
    if (!meant) return Identity();
  }
  Identity identity;
  identity.kind = CallerKind::kAdminSession;
  identity.name = session->admin;
  identity.id = session->id;
  return identity;
}

absl::Status AccessGuard::check_scope(Access access, const HttpRequest& request) const {
  const Identity& identity = request.identity;
  const unsigned wanted = scope_of(access);
  if (wanted == 0 || identity.is_admin()) return absl::OkStatus();
  if (identity.kind == CallerKind::kKey) {
    if ((identity.scopes & wanted) != 0) return absl::OkStatus();
    return api_error(ErrorCode::kForbidden,
                     concat("this API key lacks the scope ", access_name(access)));
  }
  const bool open = access != Access::kAdmin && rules_.anonymous == AnonymousUse::kAllowed;
  return open || has_pass(request) ? absl::OkStatus() : api_error(ErrorCode::kUnauthorized);
}

bool AccessGuard::has_pass(const HttpRequest& request) const {
  if (request.route == nullptr || !request.route->admits_pass) return false;
  const auto pass = request.query.find("pass");
  return request.query.count("pass") == 1 &&
         parts_.passes.opens(pass->second, request.path_parameters.at("id"));
}

bool AccessGuard::comes_from_listed(const HttpRequest& request) const {
  return comes_from(rules_.origins.pages, request);
}

bool AccessGuard::comes_from_admins(const HttpRequest& request) const {
  return comes_from(rules_.origins.admins, request);
}

}  // namespace easel
