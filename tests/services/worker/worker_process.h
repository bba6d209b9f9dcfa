// Runs the real `easel-worker` for tests.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace easel {

// The program with a home of its own and the demo model; ended with SIGKILL when it still runs.
class WorkerProcess {
 public:
  explicit WorkerProcess(const std::vector<std::string>& arguments);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // Where it listens; "" when it ended, or did not say so within a minute.
  std::string await_address();
  void send(int signal) const;
  // The exit code; -1 after a signal.
  int wait();

  // Of the lines of that event in its log, null while there is none.
  nlohmann::json logged(const std::string& event) const;
  bool await_logged(const std::string& event) const;
  std::string out() const { return read("out"); }
  std::string err() const { return read("err"); }

 private:
  std::string read(const char* name) const;

  TempFolder folder_;
  pid_t pid_ = -1;
};

}  // namespace easel
