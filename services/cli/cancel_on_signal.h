// SIGINT and SIGTERM as a cancelled job.
#pragma once

#include <csignal>

#include "engine/api/cancel_token.h"

namespace easel {

// While it lives, the first SIGINT or SIGTERM cancels the token; the second does what it always
// did, so that a program that hangs can still be ended. One at a time in a process; borrows the
// token.
class CancelOnSignal {
 public:
  explicit CancelOnSignal(CancelToken& token);
  ~CancelOnSignal();
  CancelOnSignal(const CancelOnSignal&) = delete;
  CancelOnSignal& operator=(const CancelOnSignal&) = delete;

 private:
  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
};

}  // namespace easel
