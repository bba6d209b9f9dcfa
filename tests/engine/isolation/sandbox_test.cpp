// The decoder program has given up its rights before it reads a byte.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "base/strings.h"
#include "engine/isolation/sandbox.h"

namespace easel {
namespace {

// The program, while it waits for its picture.
class WaitingDecoder {
 public:
  WaitingDecoder() {
    EXPECT_EQ(::pipe(input_), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input_[0], STDIN_FILENO);
    std::string name = EASEL_PICTURE_DECODER, use = "picture";
    char* const arguments[] = {name.data(), use.data(), nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, name.c_str(), &actions, nullptr, arguments, environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  ~WaitingDecoder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    for (const int end : input_) ::close(end);
  }

  // Of /proc/PID/FILE, the rest of the line that begins with `key`; "" while there is none.
  std::string read(const char* file, const std::string& key) const {
    std::ifstream lines(concat("/proc/", pid_, "/", file));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(key))
        return line.substr(std::min(line.find_first_not_of(" \t", key.size()), line.size()));
    }
    return "";
  }
  // Whether it comes to that within a minute.
  bool comes_to(const char* file, const std::string& key, const std::string& value) const {
    for (int i = 0; i < 6000; ++i) {
      if (read(file, key) == value) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  int input_[2] = {-1, -1};
  pid_t pid_ = -1;
};

#ifndef EASEL_SANITIZED  // which has no filter
// How a process ended that did `work` in the sandbox: "signal 31", "exit code 0".
std::string end_of(void (*work)()) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (!enter_sandbox().ok()) ::_exit(100);
    work();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  if (WIFSIGNALED(status)) return concat("signal ", WTERMSIG(status));
  return concat("exit code ", WEXITSTATUS(status));
}

TEST(SandboxTest, ASignalToAnotherProcessEndsTheOneThatSendsIt) {
  // Nothing but a question whether it is there.
  const std::string killed = concat("signal ", SIGSYS);
  EXPECT_EQ(end_of([] { ::syscall(SYS_tgkill, ::syscall(SYS_getpid), ::syscall(SYS_gettid), 0); }),
            "exit code 0");
  EXPECT_EQ(end_of([] { ::syscall(SYS_tgkill, 1, 1, 0); }), killed);
  EXPECT_EQ(end_of([] { ::syscall(SYS_tkill, ::syscall(SYS_gettid), 0); }), killed);
  EXPECT_EQ(end_of([] { ::syscall(SYS_kill, ::syscall(SYS_getpid), 0); }), killed);
}

TEST(SandboxTest, AbortStillTellsThatItWasOne) {
  EXPECT_EQ(end_of([] { std::abort(); }), concat("signal ", SIGABRT));
}
#endif

TEST(SandboxTest, TheDecoderMayOpenNothingAndGainNothing) {
  const WaitingDecoder decoder;
  EXPECT_TRUE(decoder.comes_to("status", "NoNewPrivs:", "1"));
#ifndef EASEL_SANITIZED  // which has no filter
  EXPECT_TRUE(decoder.comes_to("status", "Seccomp:", "2")) << "a filter of system calls";
  EXPECT_EQ(decoder.read("limits", "Max open files").substr(0, 2), "0 ");
#endif
  EXPECT_EQ(decoder.read("oom_score_adj", ""), "1000");
}

}  // namespace
}  // namespace easel
