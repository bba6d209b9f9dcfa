// What admins did, newest first. Thread-safe.
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

struct AuditEntry {
  int64_t number = 0;  // its place in the log
  int64_t at_ms = 0;   // since 1970, UTC
  std::string actor;   // "admin:NAME", "key:ID", "local", or "" (nobody yet: a login)
  std::string address;
  std::string action;  // "POST /api/admin/keys"
  std::string target;
  int status = 0;  // of the answer; 0: it had not ended
  std::string request_id;
};

struct AuditPage {
  std::vector<AuditEntry> items;
  std::optional<std::string> next;  // the cursor of the next page; none at the end
};

class AuditStore {
 public:
  static constexpr int kMaxPageItems = 100;
  // Anybody can fail to log in: of those entries only the newest are kept.
  static constexpr int kMaxFailedLogins = 10'000;

  // `database` must outlive the store.
  explicit AuditStore(Database& database) : database_(database) {}

  // On the disk when it returns. The entry's number (that of `entry` does not count).
  absl::StatusOr<int64_t> add(const AuditEntry& entry);
  // How the entry ended, and what its target is besides what it was said to be ("" for nothing).
  absl::Status finish(int64_t number, int status, std::string_view target = "");
  // At most `limit` (1 … kMaxPageItems) entries, newest first, from `cursor` on ("" for the
  // newest). INVALID_FIELD for a cursor that no page gave, or a limit out of range.
  absl::StatusOr<AuditPage> page(int limit, std::string_view cursor);

 private:
  Database& database_;
};

}  // namespace easel
