// The names under which the gateway answers. A page of any site may have its own name resolve to
// this machine (DNS rebinding): its requests are then of one origin with the gateway for the
// browser, and only the name in Host tells them apart.
#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "gateway/http_types.h"

namespace easel {

// Thread-safe: never changes.
class HostNames {
 public:
  // Any name.
  HostNames() = default;

  // `names` (as check_host_name() takes them), and besides what nobody can have resolve to an
  // address of his choice: addresses, names without a dot, and those under .localhost (RFC 6761
  // 6.3).
  static HostNames only(std::set<std::string> names);

  // FORBIDDEN for a request to another name, BAD_REQUEST for two names (RFC 9112 3.2). None, as
  // HTTP/1.0 has it, is let through: browsers always say one.
  absl::Status check(const HttpRequest& request) const;

 private:
  bool any_ = true;
  std::set<std::string> names_;
};

// INVALID_FIELD unless `name` is like "easel.example.org": in lower case, without scheme and port.
absl::Status check_host_name(const std::string& name);

}  // namespace easel
