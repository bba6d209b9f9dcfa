// How much work each client had done on a day, for quotas. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/database.h"

namespace easel {

class UsageStore {
 public:
  // `database` must outlive the store.
  explicit UsageStore(Database& database) : database_(database) {}

  struct Taken {
    bool granted = false;
    int64_t used = 0;  // units of the day, these included when they were granted
  };
  // Adds `units` unless the day's sum would exceed `limit`. Forgets all earlier days. Does not wait
  // for the disk: a power cut may give a client back what it just took.
  absl::StatusOr<Taken> take(int64_t day, std::string_view client, int64_t units, int64_t limit);
  // Takes back what take() granted and was not used.
  absl::Status give_back(int64_t day, std::string_view client, int64_t units);

 private:
  Database& database_;
};

}  // namespace easel
