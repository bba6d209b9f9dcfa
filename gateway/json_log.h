// The gateway's log: one line of JSON an event, on stderr.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace easel {

enum class LogLevel { kInfo, kWarning, kError };

// One event: {"time", "level", "event", …fields}. Texts are cut at 1 KiB and escaped, so that
// nothing from outside can forge or flood a line. Thread-safe.
void log_event(LogLevel level, std::string_view event, const nlohmann::json& fields);

// The line that log_event writes, without its end; for tests.
std::string log_line(LogLevel level, std::string_view event, const nlohmann::json& fields,
                     std::string_view time);

}  // namespace easel
