#include "gateway/event_log.h"

#include <algorithm>
#include <utility>

namespace easel {

void EventLog::push(std::string_view name, std::string data, std::string without_preview) {
  if (!without_preview.empty()) {
    if (newest_preview_ != 0 && newest_preview_ >= entries_.front().event.sequence) {
      Entry& old = entries_[newest_preview_ - entries_.front().event.sequence];
      old.event.data = std::make_shared<const std::string>(std::move(old.without_preview));
    }
    newest_preview_ = next_sequence_;
  }
  entries_.push_back(
      {{next_sequence_++, std::string(name), std::make_shared<const std::string>(std::move(data))},
       std::move(without_preview)});
  if (entries_.size() > kMaxEvents) entries_.pop_front();
  changed_.notify_all();
}

void EventLog::append(std::string_view name, std::string data, std::string data_without_preview) {
  const std::lock_guard lock(mutex_);
  if (!closed_) push(name, std::move(data), std::move(data_without_preview));
}

void EventLog::close(std::string_view name, std::string data) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  push(name, std::move(data), "");
  closed_ = true;
}

std::optional<LoggedEvent> EventLog::next(uint64_t sequence, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return closed_ || next_sequence_ > sequence + 1; };
  changed_.wait_for(lock, wait, ready);
  if (entries_.empty() || entries_.back().event.sequence <= sequence) return std::nullopt;
  const uint64_t first = entries_.front().event.sequence;
  return entries_[std::max(sequence + 1, first) - first].event;
}

bool EventLog::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::optional<LoggedEvent> EventLog::last() const {
  const std::lock_guard lock(mutex_);
  return closed_ ? std::optional(entries_.back().event) : std::nullopt;
}

bool EventLog::wait_closed(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, wait, [this] { return closed_; });
}

}  // namespace easel
