#include "gateway/auth/secret_token.h"

#include <sodium.h>

#include <array>

#include "base/random_bytes.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr std::string_view kCsrfPurpose = "easel csrf";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_of(const std::array<unsigned char, 32>& bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  hex.pop_back();
  return hex;
}

}  // namespace

std::string make_secret_token() { return random_hex(kSecretBytes); }

std::string hash_of_token(std::string_view token) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), bytes_of(token), token.size());
  return hex_of(hash);
}

std::string csrf_token_of(std::string_view session_token) {
  return keyed_hash(hash_of_token(concat(session_token, kCsrfPurpose)), kCsrfPurpose);
}

std::string keyed_hash(std::string_view key, std::string_view text) {
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), bytes_of(text), text.size(), bytes_of(key),
                     crypto_generichash_KEYBYTES_MAX);
  return hex_of(hash);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace easel
