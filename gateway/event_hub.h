// The event logs of the generations that run, and of the last ones that have ended.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/event_log.h"

namespace easel {

// Thread-safe.
class EventHub {
 public:
  // Ended generations whose logs stay, so that a reader that lost its connection gets the rest.
  static constexpr size_t kMaxEnded = 32;

  // The new log of a generation; nullptr when there is one of this id.
  std::shared_ptr<EventLog> open(const std::string& id);
  // nullptr when there is none (any more).
  std::shared_ptr<EventLog> find(const std::string& id) const;
  // The generation has ended: its log goes when newer ones have ended.
  void end(const std::string& id);
  // At once: for a generation that never began.
  void forget(const std::string& id);

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, std::shared_ptr<EventLog>> logs_;
  std::deque<std::string> ended_;
};

}  // namespace easel
