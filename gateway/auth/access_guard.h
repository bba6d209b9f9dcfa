// Finds out who sends a request, and whether they may.
//
// Authorization goes before the cookie. Name and password count under /api/admin alone: elsewhere
// they are for a proxy in front. A write by cookie counts as the admin's only with the session's
// CSRF token and from this host's or a listed origin.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/access.h"
#include "gateway/auth/admins.h"
#include "gateway/auth/clock.h"
#include "gateway/http_types.h"
#include "gateway/middleware/cors.h"
#include "storage/api_key_store.h"

namespace easel {

enum class AnonymousUse { kAllowed, kRefused };

// Thread-safe.
class AccessGuard {
 public:
  // `admins` and `keys` must outlive the guard.
  AccessGuard(Admins& admins, ApiKeyStore& keys, Cors cors, Clock clock, AnonymousUse anonymous);

  // Puts the identity into the request. Errors: unauthorized, forbidden; of name and password also
  // rate_limited and busy.
  absl::Status check(Access access, HttpRequest& request);

  // Whether a page of this host or of a listed origin sent the request, or none did.
  bool comes_from_home(const HttpRequest& request) const;

 private:
  absl::StatusOr<Identity> identify(Access access, const HttpRequest& request);
  absl::StatusOr<Identity> of_key(std::string_view token);
  absl::StatusOr<Identity> of_password(std::string_view encoded, const HttpRequest& request);
  absl::StatusOr<Identity> of_session(Access access, const HttpRequest& request);
  absl::Status check_scope(Access access, const Identity& identity) const;

  Admins& admins_;
  ApiKeyStore& keys_;
  const Cors cors_;
  const Clock clock_;
  const AnonymousUse anonymous_;
};

// Whether the method changes nothing: GET, HEAD, OPTIONS.
bool is_safe_method(std::string_view method);

}  // namespace easel
