#include "services/cli/cancel_on_signal.h"

#include <atomic>

namespace easel {
namespace {

std::atomic<CancelToken*> active_token{nullptr};
static_assert(std::atomic<CancelToken*>::is_always_lock_free, "used in a signal handler");

extern "C" void cancel_active_token(int) {
  if (CancelToken* token = active_token.load()) token->cancel();
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

CancelOnSignal::CancelOnSignal(CancelToken& token) {
  active_token = &token;
  struct sigaction action {};
  action.sa_handler = cancel_active_token;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &old_interrupt_);
  ::sigaction(SIGTERM, &action, &old_terminate_);
}

CancelOnSignal::~CancelOnSignal() {
  ::sigaction(SIGINT, &old_interrupt_, nullptr);
  ::sigaction(SIGTERM, &old_terminate_, nullptr);
  active_token = nullptr;
}

}  // namespace easel
