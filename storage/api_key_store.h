// Keys of programs that call the API. Knows them by their hashes alone. Thread-safe.
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

// What a key may do. Stored as these bits: do not renumber.
enum KeyScope : unsigned { kScopeGenerate = 1, kScopeEdit = 2, kScopeAdmin = 4 };

// Times in ms since 1970, UTC.
struct ApiKeyRecord {
  std::string id;    // to name it in lists; no secret
  std::string name;  // what it is for
  unsigned scopes = 0;
  // Units of work (gateway/rate_limits.h); none: the gateway's settings; 0: no limit.
  std::optional<int64_t> units_per_minute, units_per_day;
  int64_t created_at_ms = 0;
  std::optional<int64_t> used_at_ms, revoked_at_ms;
};

class ApiKeyStore {
 public:
  // `database` must outlive the store.
  explicit ApiKeyStore(Database& database) : database_(database) {}

  absl::Status add(const ApiKeyRecord& key, std::string_view token_hash);
  // Revoked ones too.
  absl::StatusOr<std::optional<ApiKeyRecord>> find(std::string_view token_hash);
  // Whether a key was ever made.
  absl::StatusOr<bool> any();
  // Does not wait for the disk.
  absl::Status touch(std::string_view id, int64_t now_ms);
  // Whether there was one that was not revoked already.
  absl::StatusOr<bool> revoke(std::string_view id, int64_t now_ms);
  // All of them, the newest first.
  absl::StatusOr<std::vector<ApiKeyRecord>> list();

 private:
  Database& database_;
};

}  // namespace easel
