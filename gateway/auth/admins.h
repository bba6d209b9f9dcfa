// Admins: who they are, their logins and sessions.
//
// A session ends when it has been idle for half an hour, after twelve hours, when it is logged out
// or revoked, and when its admin's password changes. Thread-safe.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/auth/attempt_limits.h"
#include "gateway/auth/clock.h"
#include "gateway/auth/password_hasher.h"
#include "storage/account_store.h"

namespace easel {

struct AdminOptions {
  int64_t idle_ms = int64_t{30} * 60 * 1000;
  int64_t session_ms = int64_t{12} * 60 * 60 * 1000;
  PasswordHasherOptions hashing;
  AttemptPolicy per_address;
  // A name may be tried from everywhere, so a long delay would keep its owner out. It does not hold
  // where the owner has logged in before.
  AttemptPolicy per_name{.longest_delay_ms = 60'000};
};

// What a login gives. Secret.
struct SessionStart {
  std::string token;
  SessionRecord session;
};

// Whether somebody does something, or a page asks by itself: that does not count as use.
enum class SessionUse { kByPerson, kByItself };

class Admins {
 public:
  static constexpr size_t kMinPasswordBytes = 12, kMaxPasswordBytes = 1024;

  // `store` must outlive this.
  Admins(AccountStore& store, Clock clock, AdminOptions options = {});

  // INVALID_FIELD for a name or password that cannot be; absl::IsAlreadyExists, absl::IsNotFound.
  absl::Status create(const std::string& name, std::string_view password);
  // The sessions end.
  absl::Status reset(const std::string& name, std::string_view password);
  // The sessions end. absl::IsNotFound.
  absl::Status remove(const std::string& name);
  // Makes the admin, or gives it this password unless it has it already.
  absl::Status ensure(const std::string& name, std::string_view password);

  // The admin's hash, if it is the password. Errors: unauthorized, rate_limited, busy.
  absl::StatusOr<std::string> check_password(const std::string& name, std::string_view password,
                                             const std::string& address);
  // A new session, in place of that of `old_token` ("" for none). Errors as above.
  absl::StatusOr<SessionStart> log_in(const std::string& name, std::string_view password,
                                      const std::string& address, std::string_view user_agent,
                                      std::string_view old_token);
  // The session of a cookie; nullopt for one that has ended.
  absl::StatusOr<std::optional<SessionRecord>> session_of(std::string_view token, SessionUse use);
  absl::StatusOr<bool> end_session(std::string_view id) { return store_.end_session(id); }
  absl::StatusOr<std::vector<SessionRecord>> sessions();
  // By their names.
  absl::StatusOr<std::vector<AdminSummary>> list() { return store_.admins(); }
  // The name, or "(unknown name)" where no admin has it: it may have been a password in the wrong
  // field.
  std::string name_for_log(const std::string& name);

  // For tests, which count hashes instead of measuring time.
  const PasswordHasher& hasher() const { return hasher_; }

 private:
  absl::Status begin_attempt(const std::string& name, const std::string& network, bool is_known);
  bool is_known_place(const std::string& name, const std::string& network);
  void remember_place(const std::string& name, const std::string& network);

  AccountStore& store_;
  const Clock clock_;
  const AdminOptions options_;
  PasswordHasher hasher_;
  AttemptLimits by_address_, by_name_;
  std::mutex mutex_;
  // Of the last logins: name and network. Guarded by mutex_.
  std::deque<std::pair<std::string, std::string>> places_;
};

// "203.0.113.7" as it is; of an IPv6 address its network of 64 bits, which one client has whole.
std::string client_network(const std::string& address);

}  // namespace easel
