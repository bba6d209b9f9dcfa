#include "gateway/middleware/host_names.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/error.h"
#include "base/quote.h"
#include "gateway/api_error.h"
#include "gateway/middleware/client_address.h"

namespace easel {
namespace {

constexpr size_t kMaxName = 253;  // RFC 1035 2.3.4, as text

// "Easel.Example.:80" → "easel.example", "[::1]:80" → "::1".
std::string name_of(std::string_view host) {
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  std::string name = absl::AsciiStrToLower(to_absl(host.substr(0, host.find(':'))));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_nobodys(const std::string& name) {
  return name.find('.') == std::string::npos || name.ends_with(".localhost") ||
         canonical_address(name).has_value();
}

}  // namespace

HostNames HostNames::only(std::set<std::string> names) {
  HostNames result;
  result.any_ = false;
  result.names_ = std::move(names);
  return result;
}

absl::Status HostNames::check(const HttpRequest& request) const {
  if (request.headers.count("Host") > 1) {
    return api_error(ErrorCode::kBadRequest, "two Host fields");
  }
  const std::string* host = request.headers.find("Host");
  if (any_ || host == nullptr) return absl::OkStatus();
  const std::string name = name_of(*host);
  if (is_nobodys(name) || names_.contains(name)) return absl::OkStatus();
  return api_error(
      ErrorCode::kForbidden,
      concat("this gateway does not answer to the name ", quote(name.substr(0, kMaxName)),
             "; its operator can allow it with --allowed-host"));
}

absl::Status check_host_name(const std::string& name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  if (!name.empty() && name.size() <= kMaxName && !name.ends_with('.') &&
      std::all_of(name.begin(), name.end(), is_part)) {
    return absl::OkStatus();
  }
  return invalid_field("the allowed host ", quote(name),
                       " must be a name like easel.example.org: in lower case, without scheme, "
                       "port and wildcard");
}

}  // namespace easel
