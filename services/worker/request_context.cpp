#include "services/worker/request_context.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_format.h"

namespace easel {
namespace {

constexpr size_t kTraceparentLength = 55;  // 2-32-16-2 hex digits
constexpr size_t kTraceIdOffset = 3;
constexpr size_t kTraceIdLength = 32;

bool is_traceparent(std::string_view text) {
  if (text.size() != kTraceparentLength) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 2 || i == 35 || i == 52;
    const char c = text[i];
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace

std::string traceparent_of(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("traceparent");
  if (found == metadata.end()) return "";
  const std::string_view text(found->second.data(), found->second.size());
  return std::string(is_traceparent(text) ? text : "");
}

std::string_view trace_id_of(std::string_view traceparent) {
  return traceparent.empty() ? traceparent : traceparent.substr(kTraceIdOffset, kTraceIdLength);
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

std::string make_request_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += absl::StrFormat("%08x", random());
  return id;
}

}  // namespace easel
