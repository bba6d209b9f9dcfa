#include "engine/isolation/decoder_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "base/error.h"

namespace easel {
namespace {

constexpr size_t kPieceBytes = 256 << 10;
// For a process that has closed its end to be gone by itself, so that how it ended can be told.
constexpr int kEndLooks = 200;
constexpr std::chrono::milliseconds kEndLook(5);

// 0, or the error's number.
int spawn(const std::filesystem::path& program, const char* argument, int socket, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  ::posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(
      &attributes,
      static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  std::string name = program.string(), use = argument;
  char* const arguments[] = {name.data(), use.data(), nullptr};
  char* const environment[] = {nullptr};
  const int error =
      ::posix_spawn(&pid, name.c_str(), &actions, &attributes, arguments, environment);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

absl::Status not_started(int error) {
  return make_error(Reason::kInferenceFailed,
                    concat("the picture decoder cannot be started: ", std::strerror(error)));
}

// kClosed: it may go on.
DecoderProcess::End must_end(DecoderProcess::Clock::time_point deadline,
                             const CancelToken& cancel) {
  if (!cancel.check().ok()) return DecoderProcess::End::kStopped;
  return DecoderProcess::Clock::now() < deadline ? DecoderProcess::End::kClosed
                                                 : DecoderProcess::End::kLate;
}

}  // namespace

absl::StatusOr<DecoderProcess> DecoderProcess::start(const std::filesystem::path& program,
                                                     const char* argument,
                                                     const DecoderLimits& limits) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return not_started(errno);
  pid_t pid = -1;
  const int error = spawn(program, argument, ends[1], pid);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return not_started(error);
  }
  DecoderProcess process(pid, ends[0]);
  EASEL_RETURN_IF_ERROR(impose(limits, pid));
  return process;
}

DecoderProcess::DecoderProcess(DecoderProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::exchange(other.socket_, -1)) {}

DecoderProcess::~DecoderProcess() {
  if (socket_ >= 0) ::close(socket_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

DecoderProcess::Heard DecoderProcess::exchange(std::string_view file, size_t most,
                                               Clock::time_point deadline,
                                               const CancelToken& cancel) {
  Heard heard;
  bool sending = true;
  while (heard.bytes.size() <= most) {
    heard.end = must_end(deadline, cancel);
    if (heard.end != End::kClosed) return heard;
    pollfd look{socket_, static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0};
    if (::poll(&look, 1, static_cast<int>(kCancelLook.count())) <= 0) continue;
    if (sending) sending = send_some(file);
    if (!receive_some(heard.bytes)) return heard;
  }
  heard.end = End::kTooMuch;
  return heard;
}

// One that has died takes no more; what it said before is read all the same.
bool DecoderProcess::send_some(std::string_view& file) const {
  while (!file.empty()) {
    const ssize_t sent = ::send(socket_, file.data(), std::min(file.size(), kPieceBytes),
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (sent < 0) return false;
    file.remove_prefix(static_cast<size_t>(sent));
  }
  ::shutdown(socket_, SHUT_WR);
  return false;
}

bool DecoderProcess::receive_some(std::vector<uint8_t>& bytes) const {
  const size_t before = bytes.size();
  bytes.resize(before + kPieceBytes);
  const ssize_t count = ::recv(socket_, &bytes[before], kPieceBytes, MSG_DONTWAIT);
  bytes.resize(before + static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

std::string DecoderProcess::end() {
  int status = 0;
  pid_t reaped = 0;
  for (int i = 0; i < kEndLooks && reaped == 0; ++i) {
    reaped = ::waitpid(pid_, &status, WNOHANG);
    if (reaped == 0) std::this_thread::sleep_for(kEndLook);
  }
  if (reaped != pid_) return "no end";  // the destructor sees to it
  pid_ = -1;
  if (WIFSIGNALED(status)) return concat("signal ", WTERMSIG(status));
  return concat("exit code ", WEXITSTATUS(status));
}

}  // namespace easel
