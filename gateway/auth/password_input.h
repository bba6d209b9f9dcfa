// A new password from the operator. Thread-safe: no state, but for the terminal's.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace easel {

// The first line of `file`; "" for the standard input: a terminal is asked twice and shows nothing,
// anything else gives its first line. INVALID_FIELD in words for the operator.
absl::StatusOr<std::string> read_password(const std::string& file);

}  // namespace easel
