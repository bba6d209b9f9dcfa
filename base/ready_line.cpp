#include "base/ready_line.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

namespace easel {

void announce_ready(std::string_view address) {
  const char* text = std::getenv(kReadyVariable);
  if (text == nullptr) return;
  int fd = -1;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), fd);
  if (error != std::errc() || *end != '\0' || fd <= STDERR_FILENO) return;
  const std::string line = std::string(address) + "\n";
  [[maybe_unused]] const ssize_t written = ::write(fd, line.data(), line.size());
  ::close(fd);
}

}  // namespace easel
