#include "gateway/middleware/cors.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/quote.h"

namespace easel {
namespace {

constexpr char kPreflightSeconds[] = "600";
constexpr char kRequestHeaders[] =
    "Accept, Authorization, Content-Type, Last-Event-ID, X-CSRF-Token, X-Request-Id, X-Unattended, "
    "traceparent, tracestate";

// "host:80" → "host", ":80"; the colons of "[::1]" are the host's.
std::pair<std::string_view, std::string_view> split_port(std::string_view authority) {
  const size_t from = authority.starts_with('[') ? authority.find(']') : 0;
  const size_t colon = authority.find(':', from);
  if (colon == std::string_view::npos) return {authority, {}};
  return {authority.substr(0, colon), authority.substr(colon)};
}

bool is_host(std::string_view host) {
  const bool address = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (address) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == (address ? ':' : '-');
  });
}

// ":1" … ":65535" as browsers write it: never the scheme's own.
bool is_port(std::string_view port, std::string_view own) {
  int number = 0;
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data() + 1, end, number);
  return error == std::errc() && stop == end && port[1] >= '1' && number <= 65535 && port != own;
}

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
  response.headers.set(
      "Access-Control-Expose-Headers",
      "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, X-Seed, X-Generation-Id, X-Model, "
      "Location");
}

OriginRules make_origin_rules(std::set<std::string> pages, const std::set<std::string>& admins) {
  pages.insert(admins.begin(), admins.end());
  return {Cors(std::move(pages)), Cors(admins)};
}

absl::Status check_origin(const std::string& origin) {
  const bool secure = origin.starts_with("https://");
  const std::string_view scheme = secure ? "https://" : "http://";
  if (origin.starts_with(scheme)) {
    const auto [host, port] = split_port(std::string_view(origin).substr(scheme.size()));
    if (is_host(host) && (port.empty() || is_port(port, secure ? ":443" : ":80"))) {
      return absl::OkStatus();
    }
  }
  return invalid_field(
      "the origin ", quote(origin),
      " must be like https://example.org or http://localhost:3000: exact, in lower case, without "
      "a path, a wildcard or the scheme's own port");
}

}  // namespace easel
