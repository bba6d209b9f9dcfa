// The name of a request in logs and answers. Thread-safe: no state.
#pragma once

#include <string>

#include "gateway/http_types.h"

namespace easel {

// 12 hex digits of time, then 20 of randomness from the system: sorts by when it was made.
std::string make_id();

// The caller's X-Request-Id when it is 1–128 of A-Z a-z 0-9 - _ . : and given once, else make_id().
std::string request_id_of(const HttpRequest& request);

}  // namespace easel
