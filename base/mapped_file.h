// A file mapped read-only into memory, that survives the file being cut short.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

// The bytes stay at one address for the object's life. Reading is thread-safe.
//
// Touching a mapped page that the file no longer has raises SIGBUS. A process-wide handler,
// installed by the first open, puts zeros there instead and marks the file as damaged; whoever
// computed from the bytes asks `check_intact()` before the result is used. Other SIGBUS go to the
// handler that was there.
class MappedFile {
 public:
  // MODEL_MISSING when there is no such file; BAD_WEIGHTS when it is no regular file or cannot be
  // mapped.
  static absl::StatusOr<std::shared_ptr<MappedFile>> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string_view bytes() const { return {data_, size_}; }

  // BAD_WEIGHTS once a page was missing when it was read, or while the file is shorter than when it
  // was opened (what it lost within its last page reads as zeros and raises nothing).
  absl::Status check_intact() const;

  // Copies `length` bytes at `offset` without touching the mapping, so that no page of it becomes
  // this process's memory. BAD_WEIGHTS when the file was cut short or the disk refuses.
  absl::Status read(size_t offset, std::byte* target, size_t length) const;

  // Brings these bytes into the process's memory, so that touching them costs nothing more; from
  // the disk in large pieces. BAD_WEIGHTS when the file was cut short or the disk refuses.
  absl::Status populate(size_t offset, size_t length) const;

  // Lets these bytes, and what the kernel has mapped beside them, leave the process's memory. They
  // are read from the file again when touched.
  void release(size_t offset, size_t length) const;

 private:
  struct Pages {
    void* begin;
    size_t length;
  };

  MappedFile(std::filesystem::path path, int fd, const char* data, size_t size);
  // The pages of the mapping that hold these bytes, outward to multiples of `unit`.
  Pages pages(size_t offset, size_t length, size_t unit) const;

  std::filesystem::path path_;
  int fd_;  // of the file that is mapped, also when another one has taken its name
  const char* data_;
  size_t size_;
  int slot_ = -1;  // place in the handler's table
};

}  // namespace easel
