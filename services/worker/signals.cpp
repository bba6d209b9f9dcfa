#include "services/worker/signals.h"

#include <csignal>
#include <ctime>

namespace easel {
namespace {

sigset_t steering_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = steering_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

std::optional<WorkerSignal> wait_for_signal(std::chrono::milliseconds limit) {
  const sigset_t set = steering_signals();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  timespec time{};
  time.tv_sec = seconds.count();
  time.tv_nsec = std::chrono::nanoseconds(limit - seconds).count();
  const int signal = ::sigtimedwait(&set, nullptr, &time);
  if (signal < 0) return std::nullopt;
  return signal == SIGHUP ? WorkerSignal::kReload : WorkerSignal::kEnd;
}

}  // namespace easel
