// Passwords hashed with argon2id (RFC 9106), a few at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace easel {

// The defaults are OWASP's for argon2id: 19 MiB and two passes, some 20 ms of one core.
struct PasswordHasherOptions {
  uint64_t passes = 2;
  size_t memory_bytes = 19 << 20;  // of each hash that runs
  size_t max_running = 2;          // more would take cores from the requests of others
  size_t max_waiting = 8;          // each holds a thread; further ones are refused at once
  std::chrono::milliseconds max_wait{2000};
};

// Thread-safe.
class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordHasherOptions options);

  // The hash with its parameters, as libsodium writes it. Error: busy.
  absl::StatusOr<std::string> hash(std::string_view password);
  // Whether `hash` is that of the password. "" is the hash of no password: it takes as long as any
  // other, so that nobody can tell by the time whether a name exists. Error: busy.
  absl::StatusOr<bool> verify(std::string_view password, const std::string& hash);
  // Whether `hash` was made with other parameters than these.
  bool is_outdated(const std::string& hash) const;

  // How many hashes were computed so far.
  uint64_t num_hashes() const { return num_hashes_; }

 private:
  class Turn;
  bool enter();
  void leave();

  const PasswordHasherOptions options_;
  const std::string nobodys_hash_;
  std::atomic<uint64_t> num_hashes_{0};
  std::mutex mutex_;
  std::condition_variable left_;
  size_t running_ = 0, waiting_ = 0;  // guarded by mutex_
};

}  // namespace easel
