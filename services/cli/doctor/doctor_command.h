// easel doctor: looks at everything that drawing and serving need, and says what is wrong and what
// to do.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "services/cli/console.h"

namespace easel {

struct DoctorOptions {
  bool json = false;
  bool explain = false;
  std::string reason;  // of --explain; "": all
};

void add_doctor_options(CLI::App& app, DoctorOptions& options);

// Returns the exit code: 0 when no check failed, else 1. With --explain 0, or 2 for an unknown
// reason. Changes nothing on the machine. To be called while the process has one thread.
int run_doctor(const DoctorOptions& options, const Console& console);

}  // namespace easel
