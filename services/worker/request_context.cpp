#include "services/worker/request_context.h"

#include <algorithm>
#include <string_view>

#include "base/trace_context.h"

namespace easel {

std::string traceparent_of(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("traceparent");
  if (found == metadata.end()) return "";
  const std::string_view text(found->second.data(), found->second.size());
  return std::string(is_traceparent(text) ? text : "");
}

std::optional<std::chrono::milliseconds> time_limit_of(
    const grpc::CallbackServerContext& context,
    std::optional<std::chrono::milliseconds> own_limit) {
  using Clock = std::chrono::system_clock;
  const Clock::time_point deadline = context.deadline();
  if (deadline == Clock::time_point::max()) return own_limit;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return own_limit ? std::min(left, *own_limit) : left;
}

}  // namespace easel
