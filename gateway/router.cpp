#include "gateway/router.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/api_error.h"

namespace easel {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

constexpr size_t kMaxSegment = 160;

bool is_segment(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSegment &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.' || c == ':' || c == '~';
         });
}

std::string_view take_segment(std::string_view& path) {
  const size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(1, end - 1);
  path.remove_prefix(end);
  return segment;
}

bool matches(std::string_view pattern, std::string_view path, Parameters& parameters) {
  if (path.empty() || path.front() != '/') return false;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    if (expected.starts_with('{')) {
      if (!is_segment(segment)) return false;
      parameters[std::string(expected.substr(1, expected.size() - 2))] = segment;
    } else if (expected != segment) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

void Router::add(Access access, Route route) {
  route.access = access;
  routes_.push_back(std::make_unique<Route>(std::move(route)));
}

absl::StatusOr<const Route*> Router::find(HttpRequest& request) const {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  bool path_known = false;
  for (const auto& route : routes_) {
    Parameters parameters;
    if (!matches(route->pattern, request.path, parameters)) continue;
    path_known = true;
    if (route->method != method) continue;
    request.path_parameters = std::move(parameters);
    return route.get();
  }
  return api_error(path_known ? ErrorCode::kMethodNotAllowed : ErrorCode::kNotFound);
}

std::string Router::allowed_methods(std::string_view path) const {
  std::string allowed;
  for (const auto& route : routes_) {
    Parameters ignored;
    if (!matches(route->pattern, path, ignored)) continue;
    allowed += route->method + (route->method == "GET" ? ", HEAD, " : ", ");
  }
  return allowed.empty() ? allowed : allowed + "OPTIONS";
}

}  // namespace easel
