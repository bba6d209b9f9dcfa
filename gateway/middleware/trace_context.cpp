#include "gateway/middleware/trace_context.h"

#include <algorithm>
#include <string_view>

#include "gateway/random_bytes.h"

namespace easel {
namespace {

constexpr size_t kTraceparentLength = 55;  // 00-<32 hex>-<16 hex>-<2 hex>

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// Versions after 00 may append fields, which are dropped.
bool is_valid(std::string_view text) {
  if (text.size() < kTraceparentLength) return false;
  const std::string_view version = text.substr(0, 2), trace = text.substr(3, 32),
                         parent = text.substr(36, 16), flags = text.substr(53, 2);
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(flags)) return false;
  if (!is_lower_hex(trace) || is_zero(trace) || !is_lower_hex(parent) || is_zero(parent)) {
    return false;
  }
  if (text.size() == kTraceparentLength) return true;
  return version != "00" && text[kTraceparentLength] == '-';
}

}  // namespace

TraceContext trace_context_of(const HttpRequest& request) {
  std::string trace_id, flags = "00";
  const std::string* given = request.headers.find("traceparent");
  if (given != nullptr && request.headers.count("traceparent") == 1 && is_valid(*given)) {
    trace_id = given->substr(3, 32);
    flags = given->substr(53, 2);
  } else {
    trace_id = random_hex(16);
  }
  return {"00-" + trace_id + "-" + random_hex(8) + "-" + flags, trace_id};
}

}  // namespace easel
