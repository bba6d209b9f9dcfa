#include "gateway/middleware/client_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string_view>

namespace easel {
namespace {

constexpr size_t kMaxAddress = 64;

std::string canonical_or_same(const std::string& text) {
  return canonical_address(text).value_or(text);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::string> canonical_address(const std::string& text) {
  in_addr v4{};
  in6_addr v6{};
  char canonical[INET6_ADDRSTRLEN] = {};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return ::inet_ntop(AF_INET, &v4, canonical, sizeof(canonical));
  }
  if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    return ::inet_ntop(AF_INET, &v6.s6_addr[12], canonical, sizeof(canonical));
  }
  return ::inet_ntop(AF_INET6, &v6, canonical, sizeof(canonical));
}

std::string client_address_of(const HttpRequest& request, const std::set<std::string>& proxies) {
  const std::string& peer = request.peer_address;
  if (!proxies.contains(peer)) return peer;
  std::string forwarded;  // RFC 9110 5.3: several fields are one list
  for (const auto& [name, value] : request.headers) {
    if (equal_ignoring_case(name, "X-Forwarded-For")) forwarded += "," + value;
  }
  std::string_view rest = forwarded;
  while (!rest.empty()) {
    const size_t comma = rest.rfind(',');
    const std::string address = canonical_or_same(std::string(trimmed(rest.substr(comma + 1))));
    rest = rest.substr(0, comma);
    if (address.empty() || proxies.contains(address)) continue;
    return address.substr(0, kMaxAddress);
  }
  return peer;
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
