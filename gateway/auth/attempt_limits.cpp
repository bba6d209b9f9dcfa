#include "gateway/auth/attempt_limits.h"

#include <algorithm>

namespace easel {

int64_t AttemptLimits::delay_ms(const Failures& failures, int64_t now_ms) const {
  if (failures.count < policy_.free_failures) return 0;
  constexpr int kMostDoublings = 30;
  const int doublings = std::min(failures.count - policy_.free_failures, kMostDoublings);
  const int64_t delay = std::min(policy_.first_delay_ms << doublings, policy_.longest_delay_ms);
  return std::max<int64_t>(0, failures.last_ms + delay - now_ms);
}

int64_t AttemptLimits::begin(const std::string& who, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  auto found = failures_.find(who);
  if (found == failures_.end()) {
    make_room(now_ms);
    found = failures_.emplace(who, Failures{0, now_ms}).first;
  }
  Failures& failures = found->second;
  if (now_ms - failures.last_ms >= policy_.forgotten_after_ms) failures.count = 0;
  if (const int64_t delay = delay_ms(failures, now_ms); delay > 0) return delay;
  ++failures.count;
  failures.last_ms = now_ms;
  return 0;
}

void AttemptLimits::take_back(const std::string& who, bool forget_all) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(who);
  if (found == failures_.end()) return;
  if (forget_all || --found->second.count <= 0) failures_.erase(found);
}

// Caller holds the mutex.
void AttemptLimits::make_room(int64_t now_ms) {
  if (failures_.size() < policy_.max_remembered) return;
  std::erase_if(failures_, [&](const auto& item) {
    return now_ms - item.second.last_ms >= policy_.forgotten_after_ms;
  });
  if (failures_.size() < policy_.max_remembered) return;
  failures_.erase(std::min_element(
      failures_.begin(), failures_.end(),
      [](const auto& a, const auto& b) { return a.second.last_ms < b.second.last_ms; }));
}

}  // namespace easel
