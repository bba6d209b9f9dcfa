#include "gateway/auth/session_cookie.h"

#include <algorithm>

#include "base/strings.h"

namespace easel {
namespace {

constexpr size_t kTokenDigits = 64;

std::string_view cookie_name(const HttpRequest& request) {
  return request.is_secure ? "__Host-easel_session" : "easel_session";
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view text) {
  return text.size() == kTokenDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string_view attributes(const HttpRequest& request) {
  return request.is_secure ? "; Path=/; HttpOnly; SameSite=Strict; Secure"
                           : "; Path=/; HttpOnly; SameSite=Strict";
}

}  // namespace

std::string session_token_of(const HttpRequest& request) {
  std::string token;
  int found = 0;
  for (const auto& [name, value] : request.headers) {
    if (!equal_ignoring_case(name, "Cookie")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != cookie_name(request)) {
        continue;
      }
      ++found;
      token = pair.substr(equals + 1);
    }
  }
  // Two of one name: which is ours, nobody can say.
  return found == 1 && is_token(token) ? token : std::string();
}

std::string session_cookie(const HttpRequest& request, std::string_view token,
                           std::chrono::seconds lifetime) {
  return concat(cookie_name(request), "=", token, "; Max-Age=", lifetime.count(),
                attributes(request));
}

std::string ended_session_cookie(const HttpRequest& request) {
  return session_cookie(request, "", std::chrono::seconds(0));
}

}  // namespace easel
