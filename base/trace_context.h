// W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// Whether `text` is a value of the `traceparent` header: VERSION-TRACE-PARENT-FLAGS in lower-case
// hex, no id all zeros. Versions after 00 may append more.
bool is_traceparent(std::string_view text);

// The 32 hex digits of the trace's id; "" where is_traceparent() is false.
std::string_view trace_id_of(std::string_view traceparent);

// What to hand on: the trace of `received` under a span of our own, or a new trace where
// is_traceparent() is false.
std::string continue_trace(std::string_view received);

}  // namespace easel
