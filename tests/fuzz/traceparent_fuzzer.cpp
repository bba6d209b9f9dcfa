// A trace is continued exactly when its header holds to the format, and what is handed on always
// does.
#include <algorithm>
#include <cstdint>
#include <regex>
#include <string>
#include <string_view>

#include "base/trace_context.h"
#include "gateway/middleware/trace_context.h"
#include "tests/fuzz/require.h"

namespace {

using easel::require;

constexpr size_t kLength = 55;

// The format as the recommendation has it, written down a second time.
bool valid(std::string_view text) {
  static const std::regex format(
      "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  const std::string head(text.substr(0, kLength));
  if (!std::regex_match(head, format)) return false;
  return text.size() == kLength || (text[kLength] == '-' && !text.starts_with("00"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require(easel::is_traceparent(text) == valid(text));
  easel::HttpRequest request;
  request.headers.add("Traceparent", text);
  const std::string made = easel::traceparent_of(request);
  require(made.size() == kLength && valid(made) && made.starts_with("00-"));
  const std::string_view id = easel::trace_id_of(text);
  require(id.empty() == !valid(text));
  require(id.empty() || easel::trace_id_of(made) == id);
  require(made.substr(53) == (id.empty() ? "00" : text.substr(53, 2)));
  require(made.substr(36, 16) != std::string_view(text).substr(std::min<size_t>(36, size), 16));
  return 0;
}
