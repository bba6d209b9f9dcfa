#include "gateway/auth/password_input.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"

namespace easel {
namespace {

constexpr size_t kMaxFileBytes = 4096;

// The terminal shows nothing of what is typed while this lives.
class EchoOff {
 public:
  EchoOff() {
    changed_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = changed_ && ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~EchoOff() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string ask(std::string_view question) {
  std::cerr << question << std::flush;
  std::string line;
  std::getline(std::cin, line);
  std::cerr << "\n";
  return line;
}

}  // namespace

absl::StatusOr<std::string> read_password(const std::string& file) {
  if (!file.empty()) {
    absl::StatusOr<std::string> text = read_file(file, kMaxFileBytes);
    if (!text.ok()) {
      return invalid_field("cannot read the password file ", quote(file), ": ",
                           to_std(text.status().message()));
    }
    return first_line(*std::move(text));
  }
  if (::isatty(STDIN_FILENO) == 0) {
    std::string line;
    std::getline(std::cin, line);
    return first_line(std::move(line));
  }
  const EchoOff silent;
  std::string password = ask("Password: ");
  if (ask("Again: ") != password) return invalid_field("the passwords differ");
  return password;
}

}  // namespace easel
