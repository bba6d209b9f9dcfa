// The log: one JSON object a line, whatever the values hold.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <string_view>

namespace easel {

enum class LogLevel { kInfo, kWarning, kError };

// Thread-safe. A line is ASCII alone: control characters and all else are escaped, bytes that are
// no UTF-8 are replaced, and of a text longer than 1 KiB the rest is cut off.
class JsonLog {
 public:
  // Does not own the file descriptor.
  explicit JsonLog(int fd) : fd_(fd) {}

  // {"time": "2026-01-31T12:00:00.000Z", "level": "info", "event": EVENT, …fields}. A line that the
  // file does not take is lost.
  void write(LogLevel level, std::string_view event, const nlohmann::ordered_json& fields);

 private:
  const int fd_;
  std::mutex mutex_;
};

}  // namespace easel
