// Admins and their sessions. Knows passwords and tokens by their hashes alone. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/database.h"

namespace easel {

struct AdminRecord {
  std::string name;
  std::string password_hash;
};

// Times here and below in ms since 1970, UTC.
struct AdminSummary {
  std::string name;
  int64_t created_at_ms = 0, changed_at_ms = 0;  // changed: the password
};

struct SessionRecord {
  std::string id;     // to name it in lists; no secret
  std::string admin;  // the name
  int64_t created_at_ms = 0, used_at_ms = 0, expires_at_ms = 0;
  std::string address, user_agent;  // of the login
};

class AccountStore {
 public:
  // An admin's oldest sessions end when there would be more.
  static constexpr int kMaxSessions = 20;

  // `database` must outlive the store.
  explicit AccountStore(Database& database) : database_(database) {}

  // absl::IsAlreadyExists when there is one of this name.
  absl::Status create_admin(std::string_view name, std::string_view password_hash, int64_t now_ms);
  // Ends the admin's sessions too. absl::IsNotFound without such an admin.
  absl::Status set_password(std::string_view name, std::string_view password_hash, int64_t now_ms);
  // The same password under a newer hash: the sessions go on. absl::IsNotFound when the password
  // was changed meanwhile.
  absl::Status renew_hash(std::string_view name, std::string_view old_hash,
                          std::string_view new_hash);
  absl::StatusOr<std::optional<AdminRecord>> find_admin(std::string_view name);
  // By their names.
  absl::StatusOr<std::vector<AdminSummary>> admins();
  // Ends the admin's sessions too. absl::IsNotFound without such an admin.
  absl::Status remove_admin(std::string_view name);

  // Ends the session of `old_token_hash` ("" for none) in the same step. absl::IsNotFound when
  // `password_hash`, which the login was checked with, is not the admin's any more.
  absl::Status start_session(const SessionRecord& session, std::string_view password_hash,
                             std::string_view token_hash, std::string_view old_token_hash);
  // Only one that has neither reached its end nor been idle since `idle_since_ms`.
  absl::StatusOr<std::optional<SessionRecord>> find_session(std::string_view token_hash,
                                                            int64_t now_ms, int64_t idle_since_ms);
  // Does not wait for the disk.
  absl::Status touch_session(std::string_view id, int64_t now_ms);
  // Whether there was one.
  absl::StatusOr<bool> end_session(std::string_view id);
  // Those that find_session would find, the newest first.
  absl::StatusOr<std::vector<SessionRecord>> sessions(int64_t now_ms, int64_t idle_since_ms);

 private:
  Database& database_;
};

}  // namespace easel
