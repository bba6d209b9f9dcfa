// W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/. Thread-safe: no state.
#pragma once

#include <string>

#include "gateway/http_types.h"

namespace easel {

struct TraceContext {
  std::string traceparent;  // to hand on: the trace's id under a span of our own
  std::string trace_id;     // 32 hex digits
};

// Continues the trace of the request's `traceparent`; a new one when there is none, more than one,
// or one that is not valid (never an error).
TraceContext trace_context_of(const HttpRequest& request);

}  // namespace easel
