#include "gateway/auth/rate_limits.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "gateway/api_error.h"
#include "gateway/auth/admins.h"

namespace easel {
namespace {

constexpr int64_t kMinuteMs = 60'000, kDayMs = 86'400'000;
constexpr size_t kMaxBuckets = 20'000;

// draft-ietf-httpapi-ratelimit-headers-10: structured fields (RFC 9651), q the quota, w its window
// and t the time until it is whole again in seconds, r what remains.
void say(HttpRequest& request, std::string_view name, int64_t quota, int64_t window_ms,
         int64_t remaining, int64_t whole_in_ms) {
  const auto append = [](std::string& list, const std::string& item) {
    list += concat(list.empty() ? "" : ", ", item);
  };
  append(request.rate_limit_policy, concat('"', name, "\";q=", quota, ";w=", window_ms / 1000));
  append(request.rate_limit, concat('"', name, "\";r=", std::max<int64_t>(remaining, 0),
                                    ";t=", (whole_in_ms + 999) / 1000));
}

absl::Status exceeded(std::string_view what, int64_t wait_ms) {
  return with_retry_after(api_error(ErrorCode::kRateLimited, what),
                          std::chrono::milliseconds(std::max<int64_t>(wait_ms, 1)));
}

bool is_unlimited(const Identity& identity) {
  return identity.kind == CallerKind::kAdminSession || identity.kind == CallerKind::kAdminPassword;
}

// No waiting would help: so it is told first.
absl::Status check_against_day(int64_t units, int64_t limit) {
  if (units <= limit) return absl::OkStatus();
  return api_error(
      ErrorCode::kInvalidField,
      concat("this costs ", units, " units, and this client has no more than ", limit, " a day"));
}

}  // namespace

RateLimits::RateLimits(UsageStore& usage, Clock clock, RateLimitOptions options)
    : usage_(usage), clock_(std::move(clock)), options_(std::move(options)) {}

int64_t RateLimits::cost_of(const std::string& engine) const {
  const auto found = options_.model_costs.find(engine.empty() ? "auto" : engine);
  return found == options_.model_costs.end() ? 1 : found->second;
}

absl::Status RateLimits::take(HttpRequest& request, const std::string& engine, int64_t pictures) {
  const Identity& identity = request.identity;
  if (is_unlimited(identity)) return absl::OkStatus();
  const std::string client = identity.kind == CallerKind::kKey
                                 ? concat("key:", identity.id)
                                 : concat("address:", client_network(request.client_address));
  const int64_t per_minute = identity.units_per_minute.value_or(options_.units_per_minute);
  const int64_t per_day = identity.units_per_day.value_or(options_.units_per_day);
  request.units = UnitsTaken{client, cost_of(engine) * pictures, /*day=*/-1, /*of_minute=*/0};
  if (per_day > 0) EASEL_RETURN_IF_ERROR(check_against_day(request.units.units, per_day));
  absl::Status taken = take_of_minute(per_minute, request.units);
  std::optional<UsageStore::Taken> day;
  if (taken.ok()) {
    taken = take_of_day(per_day, request.units, day);
    if (!taken.ok()) return_to_minute(request.units);
  }
  if (!taken.ok()) request.units.of_minute = 0;
  // What is so after all that: a refusal by the day left the minute as it was.
  if (per_minute > 0) say_minute(per_minute, request);
  if (day) say(request, "day", per_day, kDayMs, per_day - day->used, left_of_day_ms());
  return taken;
}

absl::Status RateLimits::take_of_minute(int64_t limit, UnitsTaken& units) {
  if (limit == 0) return absl::OkStatus();
  const auto quota = static_cast<double>(limit);
  const double units_per_ms = quota / kMinuteMs;
  const auto wanted = static_cast<double>(units.units);
  const std::lock_guard lock(mutex_);
  const int64_t now = clock_.steady_ms();
  if (!buckets_.contains(units.client)) make_room(now);
  Bucket& bucket = buckets_.try_emplace(units.client, Bucket{quota, now}).first->second;
  const auto passed = static_cast<double>(std::max<int64_t>(now - bucket.filled_ms, 0));
  bucket.units = std::min(quota, bucket.units + passed * units_per_ms);
  bucket.filled_ms = now;
  // What costs more than a whole minute's units is allowed out of a full minute, and paid off
  // after.
  const double needed = std::min(wanted, quota);
  if (bucket.units < needed) {
    return exceeded("this client has used its units of this minute; see RateLimit-Policy",
                    static_cast<int64_t>(std::ceil((needed - bucket.units) / units_per_ms)));
  }
  bucket.units -= wanted;
  units.of_minute = units.units;
  return absl::OkStatus();
}

void RateLimits::say_minute(int64_t limit, HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto found = buckets_.find(request.units.client);
  if (found == buckets_.end()) return;  // made room for another client's just now
  const double quota = static_cast<double>(limit), left = found->second.units;
  say(request, "minute", limit, kMinuteMs, static_cast<int64_t>(std::floor(left)),
      static_cast<int64_t>(std::ceil((quota - left) / (quota / kMinuteMs))));
}

int64_t RateLimits::left_of_day_ms() const { return kDayMs - clock_.utc_ms() % kDayMs; }

absl::Status RateLimits::take_of_day(int64_t limit, UnitsTaken& units,
                                     std::optional<UsageStore::Taken>& taken) {
  if (limit == 0) return absl::OkStatus();
  const int64_t today = clock_.utc_ms() / kDayMs;
  EASEL_ASSIGN_OR_RETURN(taken, usage_.take(today, units.client, units.units, limit));
  if (!taken->granted) {
    return exceeded("this client has used its units of this day; see RateLimit-Policy",
                    left_of_day_ms());
  }
  units.day = today;
  return absl::OkStatus();
}

void RateLimits::return_to_minute(const UnitsTaken& taken) {
  const std::lock_guard lock(mutex_);
  const auto found = buckets_.find(taken.client);
  if (found != buckets_.end()) found->second.units += static_cast<double>(taken.of_minute);
}

void RateLimits::give_back(const UnitsTaken& taken) {
  if (taken.of_minute > 0) return_to_minute(taken);
  // At worst the client has a picture less today.
  if (taken.day >= 0) usage_.give_back(taken.day, taken.client, taken.units).IgnoreError();
}

void RateLimits::give_back(HttpRequest& request) {
  give_back(std::exchange(request.units, {}));
  request.rate_limit.clear();
  request.rate_limit_policy.clear();
}

// Caller holds the mutex. A minute later a bucket without debts is full, as a new one would be.
void RateLimits::make_room(int64_t now_ms) {
  if (buckets_.size() < kMaxBuckets) return;
  std::erase_if(buckets_, [&](const auto& item) {
    return item.second.units >= 0 && now_ms - item.second.filled_ms >= kMinuteMs;
  });
  if (buckets_.size() < kMaxBuckets) return;
  buckets_.erase(std::min_element(
      buckets_.begin(), buckets_.end(),
      [](const auto& a, const auto& b) { return a.second.filled_ms < b.second.filled_ms; }));
}

}  // namespace easel
