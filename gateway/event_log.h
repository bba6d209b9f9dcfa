// The events of one generation, for any number of readers who come and go while it runs.
//
// Events are kept, so that who joins late gets those so far. Of their previews only the newest is
// kept: a slow or late reader gets older steps without one. Memory is bounded by that and by
// kMaxEvents, beyond which the oldest are dropped.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace easel {

struct LoggedEvent {
  uint64_t sequence = 0;                    // 1, 2, 3, …
  std::string name;                         // "step"
  std::shared_ptr<const std::string> data;  // one line
};

// Thread-safe.
class EventLog {
 public:
  static constexpr size_t kMaxEvents = 2048;

  // `data_without_preview` takes the place of `data` when a newer preview comes; "" when the event
  // has none.
  void append(std::string_view name, std::string data, std::string data_without_preview = "");

  // The last event; everything after it is ignored.
  void close(std::string_view name, std::string data);

  // The first event after `sequence`, as soon as there is one; nullopt when `wait` is over or the
  // log is closed and has no more.
  std::optional<LoggedEvent> next(uint64_t sequence, std::chrono::milliseconds wait);

  bool closed() const;
  // The last event of a closed log.
  std::optional<LoggedEvent> last() const;
  // Waits for the end; false when `wait` is over before.
  bool wait_closed(std::chrono::milliseconds wait);

 private:
  struct Entry {
    LoggedEvent event;
    std::string without_preview;
  };
  void push(std::string_view name, std::string data, std::string without_preview);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All below is guarded by mutex_.
  std::deque<Entry> entries_;  // of consecutive sequences
  uint64_t next_sequence_ = 1;
  uint64_t newest_preview_ = 0;  // its sequence; 0: none
  bool closed_ = false;
};

}  // namespace easel
