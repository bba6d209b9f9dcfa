// Cross-origin rules (Fetch standard, "CORS protocol"): an exact list of origins, with credentials.
#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "gateway/http_types.h"

namespace easel {

// Thread-safe: never changes.
class Cors {
 public:
  // Origins as browsers send them: check_origin() must have passed them.
  explicit Cors(std::set<std::string> origins) : origins_(std::move(origins)) {}

  // Whether the request comes from a listed origin. Compared byte by byte: no case folding, no
  // default ports, no wildcard, never "null".
  bool allows(const HttpRequest& request) const;

  // The answer to OPTIONS, which for a listed origin is one to its preflight request. `methods` are
  // the path's ("GET, POST").
  HttpResponse answer_options(const HttpRequest& request, const std::string& methods) const;

  // What every answer gets: Vary: Origin, and the headers that let a listed origin read it.
  void decorate(const HttpRequest& request, HttpResponse& response) const;

 private:
  const std::set<std::string> origins_;
};

// Whose pages may use the API, and whose may act with an admin's cookie: from the others the guard
// takes no cookie, so that whatever they may read was shown to what they sent themselves.
// Thread-safe.
struct OriginRules {
  Cors pages;
  Cors admins;
};
// `admins` are among the pages.
OriginRules make_origin_rules(std::set<std::string> pages, const std::set<std::string>& admins);

// INVALID_FIELD unless `origin` is "http(s)://host[:port]" as browsers write it: in lower case,
// without a path and without the port that the scheme means anyway.
absl::Status check_origin(const std::string& origin);

}  // namespace easel
