// What a frontend's session prefers: an engine and defaults. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/database.h"

namespace easel {

struct Preference {
  std::string engine;         // "" for none
  std::string defaults_json;  // an object of the fields that /api/generate takes
  int64_t updated_at_ms = 0;  // since 1970, UTC
};

class PreferenceStore {
 public:
  // Anybody can write them: beyond so many the oldest are forgotten.
  static constexpr int kMaxPreferences = 100'000;

  // `database` must outlive the store.
  explicit PreferenceStore(Database& database) : database_(database) {}

  absl::Status put(std::string_view session_id, const Preference& preference);
  absl::StatusOr<std::optional<Preference>> get(std::string_view session_id);

 private:
  Database& database_;
};

}  // namespace easel
