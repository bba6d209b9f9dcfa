#include "base/ready_line.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace easel {

void announce_ready() {
  const char* text = std::getenv(kReadyVariable);
  if (text == nullptr) return;
  int fd = -1;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), fd);
  if (error != std::errc() || *end != '\0' || fd <= STDERR_FILENO) return;
  [[maybe_unused]] const ssize_t written = ::write(fd, "\n", 1);
  ::close(fd);
}

}  // namespace easel
