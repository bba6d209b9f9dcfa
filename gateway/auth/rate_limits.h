// How much work a client may ask for: so many units a minute, and so many a day (UTC).
//
// A picture costs as many units as its model does, 1 where the settings say nothing. A client is an
// API key, or else an address. Nothing is limited until it is configured, and admins never are.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/auth/clock.h"
#include "gateway/http_types.h"
#include "storage/usage_store.h"

namespace easel {

// What keeps something here without drawing it (a prank, a trigger's picture, a preference) takes
// the units of one picture of this "engine": 1, or what --model-cost says of it.
inline constexpr char kUploadWork[] = "upload";

struct RateLimitOptions {
  int64_t units_per_minute = 0;                             // 0: no limit; as many may come at once
  int64_t units_per_day = 0;                                // 0: no limit
  std::map<std::string, int64_t, std::less<>> model_costs;  // units of a picture, by engine key
};

// Thread-safe.
class RateLimits {
 public:
  // `usage` must outlive this.
  RateLimits(UsageStore& usage, Clock clock, RateLimitOptions options);

  // Takes the units of `pictures` by `engine` ("" for the default, which the costs call `auto`)
  // from the sender's minute and day, and puts into the request what the answer's RateLimit fields
  // say. Errors: rate_limited, with when to try again; invalid_field for what costs more than a
  // whole day has. Then nothing was taken.
  absl::Status take(HttpRequest& request, const std::string& engine, int64_t pictures);
  // Gives back what take() took: the work did not begin.
  void give_back(const UnitsTaken& taken);
  // The same, and the answer says nothing of limits.
  void give_back(HttpRequest& request);

 private:
  struct Bucket {
    double units = 0;
    int64_t filled_ms = 0;
  };
  int64_t cost_of(const std::string& engine) const;
  // A limit of 0 is none. `taken` is what the day's sum came to, where it could be asked.
  absl::Status take_of_minute(int64_t limit, UnitsTaken& units);
  absl::Status take_of_day(int64_t limit, UnitsTaken& units,
                           std::optional<UsageStore::Taken>& taken);
  void say_minute(int64_t limit, HttpRequest& request);
  int64_t left_of_day_ms() const;
  void return_to_minute(const UnitsTaken& taken);
  void make_room(int64_t now_ms);

  UsageStore& usage_;
  const Clock clock_;
  const RateLimitOptions options_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;  // by client; guarded by mutex_
};

}  // namespace easel
