// Finds out who sends a request, and whether they may.
//
// Authorization goes before the cookie. Name and password count under /api/admin and where a route
// asks for them: elsewhere they are for a proxy in front. A cookie counts only from a page of this
// host or of an admins' origin, and in a write only with the session's CSRF token.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/access.h"
#include "gateway/auth/admins.h"
#include "gateway/auth/audit_trail.h"
#include "gateway/auth/clock.h"
#include "gateway/auth/generation_passes.h"
#include "gateway/http_types.h"
#include "gateway/middleware/cors.h"
#include "storage/api_key_store.h"

namespace easel {

enum class AnonymousUse { kAllowed, kRefused };

struct GuardRules {
  OriginRules origins;
  AnonymousUse anonymous = AnonymousUse::kAllowed;
};

// What the guard looks at; all of it must outlive the guard.
struct GuardParts {
  Admins& admins;
  ApiKeyStore& keys;
  AuditTrail& audit;
  const GenerationPasses& passes;
};

// Thread-safe.
class AccessGuard {
 public:
  AccessGuard(const GuardParts& parts, GuardRules rules, Clock clock);

  // Puts the identity into the request. Errors: unauthorized, forbidden; of name and password also
  // rate_limited and busy.
  absl::Status check(Access access, HttpRequest& request);

  // Whether a page of this host or of an origin that may use the API sent the request, or none did.
  bool comes_from_listed(const HttpRequest& request) const;
  // The same of the origins whose pages may act with an admin's cookie.
  bool comes_from_admins(const HttpRequest& request) const;

 private:
  absl::StatusOr<Identity> identify(Access access, const HttpRequest& request);
  absl::StatusOr<Identity> of_key(std::string_view token);
  absl::StatusOr<Identity> of_password(std::string_view encoded, const HttpRequest& request);
  absl::StatusOr<Identity> of_session(Access access, const HttpRequest& request);
  absl::Status check_scope(Access access, const HttpRequest& request) const;
  bool has_pass(const HttpRequest& request) const;

  const GuardParts parts_;
  const GuardRules rules_;
  const Clock clock_;
};

// Whether the method changes nothing: GET, HEAD, OPTIONS.
bool is_safe_method(std::string_view method);

}  // namespace easel
