#include "services/cli/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/ready_line.h"

namespace easel {
namespace {

constexpr int kExecFailed = 127;

// In the child, after fork.
[[noreturn]] void become(const char* program, char* const* arguments, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kExecFailed);  // it died before the line above
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execv(program, arguments);
  const std::string message =
      concat("easel: error: ", program, " cannot be started: ", std::strerror(errno), "\n");
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, message.data(), message.size());
  ::_exit(kExecFailed);
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::start(const std::filesystem::path& program,
                                                 std::vector<std::string> arguments) {
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) {
    return make_error(Reason::kOutputFailed, concat("no pipe: ", std::strerror(errno)));
  }
  arguments.insert(arguments.begin(), program.string());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::fcntl(ready[1], F_SETFD, 0);  // the one descriptor that goes along
    ::setenv(kReadyVariable, std::to_string(ready[1]).c_str(), /*overwrite=*/1);
    become(program.c_str(), argv.data(), parent);
  }
  const int fork_error = errno;
  ::close(ready[1]);
  if (pid < 0) {
    ::close(ready[0]);
    return make_error(Reason::kOutputFailed,
                      concat(program.string(), " cannot be started: ", std::strerror(fork_error)));
  }
  return ChildProcess(pid, ready[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(ready_fd_, other.ready_fd_);
  std::swap(wait_status_, other.wait_status_);
  return *this;
}

ChildProcess::~ChildProcess() {
  terminate();
  wait();
  if (ready_fd_ >= 0) ::close(ready_fd_);
}

std::optional<std::string> ChildProcess::ready_line() {
  std::string line;
  char byte = 0;
  ssize_t got;
  do {
    got = ::read(ready_fd_, &byte, 1);
    if (got == 1 && byte != '\n') line += byte;
  } while (got < 0 ? errno == EINTR : got == 1 && byte != '\n');
  ::close(std::exchange(ready_fd_, -1));
  if (got != 1) return std::nullopt;
  return line;
}

void ChildProcess::terminate() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

bool ChildProcess::ended() {
  if (pid_ > 0 && ::waitpid(pid_, &wait_status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

void ChildProcess::wait() {
  while (pid_ > 0 && ::waitpid(pid_, &wait_status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::string ChildProcess::how_it_ended() const {
  if (WIFSIGNALED(wait_status_)) return concat("signal ", std::to_string(WTERMSIG(wait_status_)));
  return concat("exit code ", std::to_string(WEXITSTATUS(wait_status_)));
}

}  // namespace easel
