// Which handler answers a request: a table of routes, and nothing that is not in it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/access.h"
#include "gateway/http_types.h"

namespace easel {

// What a request of the route costs while it lasts; each kind has a budget of threads.
enum class RouteKind {
  kQuick,    // answered from memory, disk or one short call
  kWaiting,  // waits for a generation
  kUpload,   // reads a picture that its caller sent
  kStream    // an event stream
};

using RouteHandler = std::function<HttpResponse(HttpRequest&)>;
// Sees the pieces of a body as they come; an error refuses it there and then.
using BodyCheck = std::function<absl::Status(std::string_view)>;

struct Route {
  std::string method;
  // "/api/generations/{id}": {name} stands for one segment of 1–160 characters A-Z a-z 0-9 - _ . :
  // ~
  std::string pattern;
  RouteHandler handler;
  size_t max_body_bytes = 0;                    // 0: no body is taken
  std::string media_type = "application/json";  // of the body
  std::chrono::milliseconds body_timeout{10000};
  // By what the head says; empty: kQuick.
  std::function<RouteKind(const HttpRequest&)> kind;
  // For one request, by its head; may be empty.
  std::function<absl::StatusOr<BodyCheck>(HttpRequest&)> make_body_check;
  bool keeps_body = true;         // false: the body check alone gets it
  bool draws = false;             // no action of an admin's for the audit log
  bool is_body_optional = false;  // no Content-Type is asked of a request without a body
  // Who may not come otherwise may with the pass of the generation `id` of the path.
  bool admits_pass = false;
  // Whether name and password count, as they do wherever `access` is kAdmin; may be empty.
  std::function<bool(const HttpRequest&)> takes_password;
  // Pages ask it again and again by themselves: that keeps no admin's session alive.
  bool is_polled = false;
  Access access = Access::kAdmin;  // set by Router::add
};

// Built before the server runs, then only read: thread-safe from there on.
class Router {
 public:
  void add(Access access, Route route);

  // The route, with the path's parameters put into the request. Errors: not_found (no such path),
  // method_not_allowed. A HEAD request takes the route of GET.
  absl::StatusOr<const Route*> find(HttpRequest& request) const;

  // "GET, HEAD, OPTIONS" of the path's routes, "" for a path that has none.
  std::string allowed_methods(std::string_view path) const;

  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace easel
