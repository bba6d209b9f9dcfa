#include "gateway/auth/password_hasher.h"

#include <sodium.h>

#include <cstdlib>

#include "base/random_bytes.h"
#include "gateway/api_error.h"

namespace easel {
namespace {

// "" when there is no memory for it.
std::string compute(std::string_view password, const PasswordHasherOptions& options) {
  std::string text(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), options.passes,
                            options.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return "";
  }
  text.resize(text.find('\0'));
  return text;
}

absl::Status busy() { return api_error(ErrorCode::kBusy, "too many logins at once; try again"); }

std::string hash_of_nobody(const PasswordHasherOptions& options) {
  if (::sodium_init() < 0) std::abort();
  return compute(random_hex(16), options);
}

}  // namespace

// One of the places, while it lives.
class PasswordHasher::Turn {
 public:
  explicit Turn(PasswordHasher& hasher) : hasher_(hasher), granted_(hasher.enter()) {}
  ~Turn() {
    if (granted_) hasher_.leave();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool granted() const { return granted_; }

 private:
  PasswordHasher& hasher_;
  const bool granted_;
};

PasswordHasher::PasswordHasher(PasswordHasherOptions options)
    : options_(options), nobodys_hash_(hash_of_nobody(options)) {}

bool PasswordHasher::enter() {
  std::unique_lock lock(mutex_);
  const auto is_free = [this] { return running_ < options_.max_running; };
  if (!is_free()) {
    if (waiting_ >= options_.max_waiting) return false;
    ++waiting_;
    const bool in_time = left_.wait_for(lock, options_.max_wait, is_free);
    --waiting_;
    if (!in_time) return false;
  }
  ++running_;
  return true;
}

void PasswordHasher::leave() {
  const std::lock_guard lock(mutex_);
  --running_;
  left_.notify_one();
}

absl::StatusOr<std::string> PasswordHasher::hash(std::string_view password) {
  const Turn turn(*this);
  if (!turn.granted()) return busy();
  ++num_hashes_;
  std::string text = compute(password, options_);
  if (text.empty()) return with_detail(busy(), "no memory for argon2id");
  return text;
}

absl::StatusOr<bool> PasswordHasher::verify(std::string_view password, const std::string& hash) {
  const Turn turn(*this);
  if (!turn.granted()) return busy();
  ++num_hashes_;
  const std::string& compared = hash.empty() ? nobodys_hash_ : hash;
  const bool equal =
      crypto_pwhash_str_verify(compared.c_str(), password.data(), password.size()) == 0;
  return equal && !hash.empty();
}

bool PasswordHasher::is_outdated(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), options_.passes, options_.memory_bytes) != 0;
}

}  // namespace easel
