// Everything that decides who may do what, over one storage.
#pragma once

#include <set>
#include <string>

#include "gateway/auth/access_guard.h"
#include "gateway/auth/admins.h"
#include "gateway/auth/audit_trail.h"
#include "gateway/auth/clock.h"
#include "gateway/auth/generation_passes.h"
#include "gateway/auth/rate_limits.h"
#include "storage/storage.h"

namespace easel {

struct AccessSettings {
  AnonymousUse anonymous = AnonymousUse::kAllowed;
  std::set<std::string> origins;        // of pages that may use the API
  std::set<std::string> admin_origins;  // of pages that may act with an admin's cookie
  RateLimitOptions limits;
  AdminOptions admins;
};

// Thread-safe, as its parts are.
class AccessControl {
 public:
  // `storage` must outlive this.
  AccessControl(Storage& storage, const AccessSettings& settings, const Clock& clock);

  const Clock& clock() const { return clock_; }
  Admins& admins() { return admins_; }
  ApiKeyStore& api_keys() { return storage_.api_keys(); }
  AuditStore& audit_log() { return storage_.audit(); }
  AuditTrail& audit_trail() { return audit_trail_; }
  AccessGuard& guard() { return guard_; }
  RateLimits& limits() { return limits_; }
  const GenerationPasses& passes() const { return passes_; }

 private:
  Storage& storage_;
  const Clock clock_;
  Admins admins_;
  AuditTrail audit_trail_;
  const GenerationPasses passes_;
  AccessGuard guard_;
  RateLimits limits_;
};

}  // namespace easel
