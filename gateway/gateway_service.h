// What happens to every request around its route's handler: names and trace, origins, the route
// table, admission, errors, the log.
#pragma once

#include <set>
#include <string>
#include <variant>

#include "gateway/admission.h"
#include "gateway/auth/access_guard.h"
#include "gateway/auth/audit_trail.h"
#include "gateway/http_service.h"
#include "gateway/middleware/cors.h"
#include "gateway/middleware/host_names.h"
#include "gateway/router.h"

namespace easel {

// What is known of the way that requests take to the gateway.
struct ProxyRules {
  std::set<std::string> trusted;  // addresses whose X-Forwarded-For and -Proto are believed
  bool always_secure = false;     // TLS ends in front, whatever the fields say
  HostNames names;                // under which the gateway is reached
};

// Thread-safe: everything but the admission is read only.
class GatewayService final : public HttpService {
 public:
  // `guard` and `audit` must outlive the service.
  GatewayService(Router router, OriginRules origins, AdmissionLimits limits, ProxyRules proxies,
                 AccessGuard& guard, AuditTrail& audit);

  std::variant<BodyPlan, HttpResponse> plan(HttpRequest& request) override;
  HttpResponse handle(HttpRequest& request) override;
  HttpResponse fail(HttpRequest& request, int status) override;

  // The largest body that any route takes.
  size_t max_body_bytes() const;

 private:
  void begin(HttpRequest& request) const;
  HttpResponse finish(const HttpRequest& request, HttpResponse response) const;
  BodyCheck measure_body(HttpRequest& request);
  HttpResponse admit_and_handle(HttpRequest& request);
  HttpResponse handle_audited(HttpRequest& request);
  HttpResponse refuse(const HttpRequest& request, const absl::Status& status) const;

  const Router router_;
  const Cors cors_;
  const ProxyRules proxies_;
  AccessGuard& guard_;
  AuditTrail& audit_;
  Admission admission_;
};

}  // namespace easel
