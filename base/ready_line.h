// How a server tells the program that started it that it serves.
#pragma once

#include <string_view>

namespace easel {

// The environment variable with the number of a descriptor that the starter reads.
inline constexpr char kReadyVariable[] = "EASEL_READY_FD";

// Writes `address`, where it serves, as a line to that descriptor and closes it; does nothing where
// the variable is not set.
void announce_ready(std::string_view address);

}  // namespace easel
