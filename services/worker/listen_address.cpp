#include "services/worker/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/quote.h"

namespace easel {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

// The host of "host:port" or "[host]:port"; nothing for what is neither.
std::optional<std::string> host_of(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view port = address.substr(colon + 1);
  unsigned number = 0;
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || stop != port.data() + port.size() || number > 65535) {
    return std::nullopt;
  }
  std::string_view host = address.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return std::nullopt;
  return std::string(host);
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

bool is_local_address(const std::string& address) {
  if (address.starts_with(kUnixPrefix)) return address.size() > kUnixPrefix.size();
  const std::optional<std::string> host = host_of(address);
  return host && is_loopback(*host);
}

absl::Status check_listening(const WorkerOptions& options) {
  const bool is_unix = options.address.starts_with(kUnixPrefix);
  if (is_unix ? options.address.size() == kUnixPrefix.size() : !host_of(options.address)) {
    return invalid_field("address is ", quote(options.address),
                         ": expected HOST:PORT, [IPv6]:PORT or unix:PATH");
  }
  const int files = (options.tls_cert.empty() ? 0 : 1) + (options.tls_key.empty() ? 0 : 1) +
                    (options.client_ca.empty() ? 0 : 1);
  if (files == 1 || files == 2) {
    return invalid_field("tls_cert, tls_key and client_ca belong together: give all three or none");
  }
  if (is_local_address(options.address) || files == 3 || options.insecure) return absl::OkStatus();
  return invalid_field("address ", quote(options.address),
                       " can be reached from other machines: give --tls-cert, --tls-key and "
                       "--client-ca, or --insecure");
}

}  // namespace easel
