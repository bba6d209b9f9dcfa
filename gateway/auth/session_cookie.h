// The cookie of an admin's session (RFC 6265bis). Thread-safe: no state.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "gateway/http_types.h"

namespace easel {

// The token that the request's cookie carries, "" for none. Over TLS only the name with __Host-
// counts, which no neighbouring host and no plain connection can have set.
std::string session_token_of(const HttpRequest& request);

// Values of Set-Cookie. HttpOnly, SameSite=Strict; Secure when the request came over TLS.
std::string session_cookie(const HttpRequest& request, std::string_view token,
                           std::chrono::seconds lifetime);
std::string ended_session_cookie(const HttpRequest& request);

}  // namespace easel
