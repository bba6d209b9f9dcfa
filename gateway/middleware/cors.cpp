#include "gateway/middleware/cors.h"

#include <algorithm>

#include "base/error.h"
#include "base/quote.h"

namespace easel {
namespace {

constexpr char kPreflightSeconds[] = "600";
constexpr char kRequestHeaders[] =
    "Accept, Content-Type, Last-Event-ID, X-Request-Id, traceparent, tracestate";

}  // namespace

bool Cors::allows(const HttpRequest& request) const {
  const std::string* origin = request.headers.find("Origin");
  return origin != nullptr && request.headers.count("Origin") == 1 && origins_.contains(*origin);
}

HttpResponse Cors::answer_options(const HttpRequest& request, const std::string& methods) const {
  HttpResponse response;
  response.headers.add("Allow", methods);
  if (allows(request) && request.headers.find("Access-Control-Request-Method") != nullptr) {
    response.headers.add("Access-Control-Allow-Methods", methods);
    response.headers.add("Access-Control-Allow-Headers", kRequestHeaders);
    response.headers.add("Access-Control-Max-Age", kPreflightSeconds);
  }
  return response;
}

void Cors::decorate(const HttpRequest& request, HttpResponse& response) const {
  response.headers.add("Vary", "Origin");
  if (!allows(request)) return;
  response.headers.set("Access-Control-Allow-Origin", *request.headers.find("Origin"));
  response.headers.set("Access-Control-Allow-Credentials", "true");
  response.headers.set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
}

absl::Status check_origin(const std::string& origin) {
  std::string_view rest = origin;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    rest = {};
  }
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
  });
  if (!rest.empty() && plain) return absl::OkStatus();
  return invalid_field(
      "the origin ", quote(origin),
      " must be like https://example.org or http://localhost:3000: exact, in lower "
      "case, without a path or a wildcard");
}

}  // namespace easel
