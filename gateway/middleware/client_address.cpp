#include "gateway/middleware/client_address.h"

#include <string_view>

namespace easel {
namespace {

constexpr size_t kMaxAddress = 64;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string client_address_of(const HttpRequest& request, const std::set<std::string>& proxies) {
  if (!proxies.contains(request.peer_address)) return request.peer_address;
  std::string forwarded;  // RFC 9110 5.3: several fields are one list
  for (const auto& [name, value] : request.headers) {
    if (equal_ignoring_case(name, "X-Forwarded-For")) forwarded += "," + value;
  }
  std::string_view rest = forwarded;
  while (!rest.empty()) {
    const size_t comma = rest.rfind(',');
    const std::string address(trimmed(rest.substr(comma + 1)));
    rest = rest.substr(0, comma);
    if (address.empty() || proxies.contains(address)) continue;
    return address.substr(0, kMaxAddress);
  }
  return request.peer_address;
}

bool came_over_tls(const HttpRequest& request, const std::set<std::string>& proxies) {
  if (!proxies.contains(request.peer_address)) return false;
  std::string_view last;
  for (const auto& [name, value] : request.headers) {
    if (equal_ignoring_case(name, "X-Forwarded-Proto")) last = value;
  }
  const size_t comma = last.rfind(',');
  if (comma != std::string_view::npos) last.remove_prefix(comma + 1);
  return equal_ignoring_case(trimmed(last), "https");
}

}  // namespace easel
