// One line a request in the gateway's log: what, from whom, with which result, how long. Never a
// prompt, a query or a body.
#pragma once

#include <chrono>
#include <string_view>

#include "gateway/http_types.h"

namespace easel {

// Logs the answer; that of a stream when the stream has ended. `route` is the pattern, so that
// hostile paths don't make it into the log; `started` is when the head had been read.
void log_answer(const HttpRequest& request, std::string_view route, HttpResponse& response,
                std::chrono::steady_clock::time_point started);

}  // namespace easel
