// What a call brings besides its message.
#pragma once

#include <grpcpp/server_context.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace easel {

// The caller's W3C trace context, or "" when there is none or it does not hold to the format.
// https://www.w3.org/TR/trace-context/#traceparent-header
std::string traceparent_of(const grpc::CallbackServerContext& context);

// The 32 hex digits of the trace id; "" for "".
std::string_view trace_id_of(std::string_view traceparent);

// Until the caller's deadline; nothing when it has none. `own_limit` caps it.
std::optional<std::chrono::milliseconds> time_limit_of(
    const grpc::CallbackServerContext& context, std::optional<std::chrono::milliseconds> own_limit);

// 32 hex digits that nobody has had.
std::string make_request_id();

}  // namespace easel
