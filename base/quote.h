// Text from outside, made fit for a message.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// 'text' in single quotes. Control characters and bytes that are no UTF-8 become \xNN, and of more
// than `max_bytes` the rest is replaced by "…", so that a hostile name can neither flood nor forge
// a log line.
std::string quote(std::string_view text, size_t max_bytes = 80);

}  // namespace easel
