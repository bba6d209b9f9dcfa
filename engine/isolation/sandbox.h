// The decoder program gives up what it does not need, for good.
#pragma once

#include "absl/status/status.h"

namespace easel {

// From here on this process may read and write what is open, take and give memory, signal itself,
// and end. Every other system call kills it, but for opening a file, which fails: libraries look
// for settings. It gains no rights by what it starts, dies with the thread that started it, and
// goes first when the machine's memory runs out. Before any thread is started. Where the system has
// no such filter (an architecture that this does not know, a sanitizer's build) limits alone hold.
absl::Status enter_sandbox();

}  // namespace easel
