// Secrets that the gateway makes: session tokens and API keys.
//
// They are 256 random bits, so what is stored is their plain SHA-256: there is nothing to guess
// that a slow hash would protect, and each request looks one up. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// 64 hex digits of randomness from the system.
std::string make_secret_token();

// SHA-256 as 64 hex digits.
std::string hash_of_token(std::string_view token);

// What a page must send along with the session's cookie (X-CSRF-Token): made from the session's
// token, which scripts cannot read, and says nothing of it.
std::string csrf_token_of(std::string_view session_token);

// Keyed BLAKE2b of `text` as 64 hex digits; `key` has at least 64 bytes, of which 64 count.
std::string keyed_hash(std::string_view key, std::string_view text);

// Takes as long whatever differs; lengths are no secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace easel
