// What a decoder may do whose codec was taken over or is broken; the program's name says which.
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

void read_everything() {
  char piece[4096];
  while (::read(STDIN_FILENO, piece, sizeof(piece)) > 0) {
  }
}

void say(std::string_view bytes) {
  [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
}

// Takes memory until there is none, and dies of it.
[[noreturn]] void eat() {
  constexpr size_t kPiece = 16 << 20;
  while (true) {
    void* piece =
        ::mmap(nullptr, kPiece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED) std::abort();
    std::memset(piece, 1, kPiece);
  }
}

[[noreturn]] void flood() {
  const std::string piece(1 << 16, 'x');
  while (true) say(piece);
}

[[noreturn]] void spin() {
  const volatile bool forever = true;
  while (forever) {
  }
  std::abort();
}

// The head of a picture of 65535 × 65535 and a byte.
void lie() { say(std::string_view("EXP1\1\0\0\0\xff\xff\0\0\xff\xff\0\0\0\0\0\0x", 21)); }

}  // namespace

int main(int, char** argv) {
  const std::string_view path = argv[0];
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name == "deaf") ::raise(SIGSEGV);  // before it has read anything
  if (name == "flood") flood();
  read_everything();
  if (name == "crash") ::raise(SIGSEGV);
  if (name == "abort") std::abort();
  if (name == "eat") eat();
  if (name == "spin") spin();
  if (name == "hang") ::pause();
  if (name == "closed") {  // and lives on
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    ::pause();
  }
  if (name == "lie") lie();
  if (name == "garbage") say("not a reply at all, but long enough to be one");
  if (name == "half") say("EXP1\1");
  return 3;
}
