// A program of ours that runs beside this one.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace easel {

// Owns the process: it gets SIGTERM when this object goes, and when this process dies. Not
// thread-safe; to be started while the process has one thread.
class ChildProcess {
 public:
  // Starts `program` in a process group of its own, so that Ctrl-C reaches it only through us. It
  // is to say when it serves by announce_ready() (base/ready_line.h). OUTPUT_FAILED when it cannot
  // be started.
  static absl::StatusOr<ChildProcess> start(const std::filesystem::path& program,
                                            std::vector<std::string> arguments);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  // Readable, or closed, once the program serves or has ended. -1 after ready_line().
  int ready_fd() const { return ready_fd_; }
  // Where it serves, as it told; nullopt when it ended before. To be asked once, when ready_fd is
  // readable.
  std::optional<std::string> ready_line();

  void terminate();  // SIGTERM; nothing when it has ended
  // Whether it has ended; never blocks.
  bool ended();
  // Blocks until it has ended.
  void wait();
  // "exit code 3", "signal 9"; of a process that has ended.
  std::string how_it_ended() const;

 private:
  ChildProcess(pid_t pid, int ready_fd) : pid_(pid), ready_fd_(ready_fd) {}

  pid_t pid_ = -1;  // -1: none, or ended
  int ready_fd_ = -1;
  int wait_status_ = 0;
};

}  // namespace easel
