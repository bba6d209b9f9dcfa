// The `easel` command: one file pair a subcommand, put together here.
#pragma once

namespace easel {

// Parses the arguments, runs the subcommand and returns the process's exit code: see exit_code in
// console.h. To be called once.
int run_cli(int argc, const char* const* argv);

}  // namespace easel
