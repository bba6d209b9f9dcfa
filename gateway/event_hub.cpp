#include "gateway/event_hub.h"

namespace easel {

std::shared_ptr<EventLog> EventHub::open(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = logs_.try_emplace(id);
  if (!is_new) return nullptr;
  place->second = std::make_shared<EventLog>();
  return place->second;
}

std::shared_ptr<EventLog> EventHub::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(id);
  return found == logs_.end() ? nullptr : found->second;
}

void EventHub::end(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ended_.push_back(id);
  if (ended_.size() <= kMaxEnded) return;
  logs_.erase(ended_.front());
  ended_.pop_front();
}

void EventHub::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  logs_.erase(id);
}

}  // namespace easel
