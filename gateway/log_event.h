// The gateway's log, on stderr.
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

#include "base/json_log.h"

namespace easel {

// One event as JsonLog writes it. Thread-safe.
void log_event(LogLevel level, std::string_view event, const nlohmann::json& fields);

}  // namespace easel
