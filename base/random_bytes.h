// Randomness that nobody can guess. Thread-safe: no state.
#pragma once

#include <cstddef>
#include <string>

namespace easel {

// `bytes` bytes from the operating system, as lower-case hex digits.
std::string random_hex(size_t bytes);

}  // namespace easel
