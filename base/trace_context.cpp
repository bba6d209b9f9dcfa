#include "base/trace_context.h"

#include <algorithm>

#include "base/random_bytes.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr size_t kLength = 55;  // 00-<32 hex>-<16 hex>-<2 hex>

std::string_view version_of(std::string_view text) { return text.substr(0, 2); }
std::string_view trace_of(std::string_view text) { return text.substr(3, 32); }
std::string_view parent_of(std::string_view text) { return text.substr(36, 16); }
std::string_view flags_of(std::string_view text) { return text.substr(53, 2); }

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool is_traceparent(std::string_view text) {
  if (text.size() < kLength) return false;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = version_of(text);
  if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(flags_of(text))) return false;
  if (!is_id(trace_of(text)) || !is_id(parent_of(text))) return false;
  if (text.size() == kLength) return true;
  return version != "00" && text[kLength] == '-';
}

std::string_view trace_id_of(std::string_view traceparent) {
  return is_traceparent(traceparent) ? trace_of(traceparent) : std::string_view();
}

std::string continue_trace(std::string_view received) {
  const bool known = is_traceparent(received);
  const std::string trace = known ? std::string(trace_of(received)) : random_hex(16);
  return concat("00-", trace, "-", random_hex(8), "-", known ? flags_of(received) : "00");
}

}  // namespace easel
