#include "base/random_bytes.h"

#include <sys/random.h>

#include <cstdlib>

namespace easel {

std::string random_hex(size_t bytes) {
  std::string raw(bytes, '\0');
  // Up to 256 bytes come whole and at once (getrandom(2)); without randomness nothing is safe.
  if (bytes > 256 || ::getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(bytes)) {
    std::abort();
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : raw) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

}  // namespace easel
