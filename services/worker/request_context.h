// What a call brings besides its message.
#pragma once

#include <grpcpp/server_context.h>

#include <chrono>
#include <optional>
#include <string>

namespace easel {

// The caller's W3C trace context, or "" when there is none or it is not valid.
std::string traceparent_of(const grpc::CallbackServerContext& context);

// What the caller's own caller named its request (`x-request-id`), or "" when that is absent or
// none.
std::string caller_request_id_of(const grpc::CallbackServerContext& context);

// Until the caller's deadline; nothing when it has none. `own_limit` caps it.
std::optional<std::chrono::milliseconds> time_limit_of(
    const grpc::CallbackServerContext& context, std::optional<std::chrono::milliseconds> own_limit);

}  // namespace easel
