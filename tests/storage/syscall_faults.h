// Lets SQLite's writes to the disk, and everybody's syncs, fail, or tells of them.
//
//   SyscallFaults faults([](const FileChange&) { return ENOSPC; });   // from now on every one
#pragma once

#include <functional>
#include <string_view>

namespace easel {

// What SQLite is about to do to a file.
struct FileChange {
  std::string_view call;  // "pwrite", "sync", "ftruncate"
  int fd = -1;
  const char* bytes = nullptr;  // pwrite
  size_t length = 0;            // pwrite; ftruncate: the new length
  int64_t offset = 0;           // pwrite
};

// One at a time; the old calls are back when it goes. Not thread-safe.
class SyscallFaults {
 public:
  // Returns 0 to let the call pass, else the errno that it fails with.
  using Hook = std::function<int(const FileChange&)>;

  explicit SyscallFaults(Hook hook);
  ~SyscallFaults();
  SyscallFaults(const SyscallFaults&) = delete;
  SyscallFaults& operator=(const SyscallFaults&) = delete;
};

}  // namespace easel
