// One check of `easel doctor`.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "services/cli/doctor/finding.h"

namespace easel {

// A value. `run` may do anything but change what it looks at: throw, crash, block for ever.
struct DoctorCheck {
  std::string name;
  std::chrono::milliseconds limit{10'000};
  std::function<void(const FindingSink&)> run;
};

// Runs the check in a process of its own and hands on what it finds; at least one finding comes. A
// check that throws, dies, says nothing or passes its limit ends in a "fail" with the cause, after
// what it had found until then. The caller must have one thread.
void run_check(const DoctorCheck& check, const FindingSink& sink);

}  // namespace easel
