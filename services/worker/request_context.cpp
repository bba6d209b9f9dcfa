#include "services/worker/request_context.h"

#include <algorithm>
#include <string_view>

#include "base/trace_context.h"
#include "services/worker/from_proto.h"

namespace easel {

namespace {

// "" when the caller sent none.
std::string_view metadata_of(const grpc::CallbackServerContext& context, const char* name) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(name);
  if (found == metadata.end()) return "";
  return {found->second.data(), found->second.size()};
}

}  // namespace

std::string traceparent_of(const grpc::CallbackServerContext& context) {
  const std::string_view text = metadata_of(context, "traceparent");
  return std::string(is_traceparent(text) ? text : "");
}

std::string caller_request_id_of(const grpc::CallbackServerContext& context) {
  const std::string_view text = metadata_of(context, "x-request-id");
  return std::string(check_request_id(text).ok() ? text : "");
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
