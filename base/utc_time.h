// Times as the API and the log write them.
#pragma once

#include <cstdint>
#include <string>

namespace easel {

// Milliseconds since 1970, UTC.
int64_t utc_now_ms();

// "2026-01-31T12:00:00.000Z" (RFC 3339).
std::string utc_text(int64_t ms);

}  // namespace easel
