// What happens to every request around its route's handler: names and trace, origins, the route
// table, admission, errors, the log.
#pragma once

#include <set>
#include <string>
#include <variant>

#include "gateway/admission.h"
#include "gateway/http_service.h"
#include "gateway/middleware/cors.h"
#include "gateway/router.h"

namespace easel {

// Thread-safe: everything but the admission is read only.
class GatewayService final : public HttpService {
 public:
  GatewayService(Router router, Cors cors, AdmissionLimits limits,
                 std::set<std::string> trusted_proxies);

  std::variant<BodyPlan, HttpResponse> plan(HttpRequest& request) override;
  HttpResponse handle(HttpRequest& request) override;
  HttpResponse fail(HttpRequest& request, int status) override;

  // The largest body that any route takes.
  size_t max_body_bytes() const;

 private:
  void begin(HttpRequest& request) const;
  HttpResponse finish(const HttpRequest& request, HttpResponse response) const;
  HttpResponse admit_and_handle(HttpRequest& request);
  HttpResponse refuse(const HttpRequest& request, const absl::Status& status) const;

  const Router router_;
  const Cors cors_;
  const std::set<std::string> trusted_proxies_;
  Admission admission_;
};

}  // namespace easel
