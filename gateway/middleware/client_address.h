// Whose request it is, behind proxies too. Thread-safe: no state.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "gateway/http_types.h"

namespace easel {

// The address as the system writes it ("fd00::1"), an IPv4 one in IPv6 ("::ffff:10.0.0.1") as
// IPv4; nullopt for what is no address.
std::optional<std::string> canonical_address(const std::string& text);

// The peer's address; when that is a trusted proxy, the last address of X-Forwarded-For that is
// not one: what a proxy appended itself, never what a client wrote before it. `proxies` are
// canonical.
std::string client_address_of(const HttpRequest& request, const std::set<std::string>& proxies);

// Whether the client spoke TLS: when the peer is a trusted proxy, by the last X-Forwarded-Proto.
bool came_over_tls(const HttpRequest& request, const std::set<std::string>& proxies);

}  // namespace easel
