// Who sent a request. A plain value, put into the request before its handler runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace easel {

enum class CallerKind {
  kAnonymous,
  kKey,           // an API key
  kAdminSession,  // an admin, by the cookie of a login
  kAdminPassword  // an admin, by name and password in the request
};

struct Identity {
  CallerKind kind = CallerKind::kAnonymous;
  std::string name;     // of the admin or the key
  std::string id;       // of the session or the key
  unsigned scopes = 0;  // of a key: KeyScope
  // A key's own limits: none are the settings', 0 is no limit.
  std::optional<int64_t> units_per_minute, units_per_day;

  // By session or password, or by a key that may do what admins may.
  bool is_admin() const;
  // "admin:NAME" or "key:ID", as the audit log has it; "" for nobody.
  std::string actor() const;
};

}  // namespace easel
