// A picture file, open for reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/file_descriptor.h"

namespace easel {

// What tells a file from every other, also from one that took its place on the disk later: device,
// number, size, when it was written (ns).
using FileIdentity = std::tuple<uint64_t, uint64_t, uint64_t, int64_t>;

// Stays readable when the file is removed meanwhile. Move-only; reading is thread-safe.
class StoredFile {
 public:
  StoredFile(FileDescriptor file, uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}

  uint64_t bytes() const { return bytes_; }

  // Exactly `length` bytes from `offset` on into `into`; OUTPUT_FAILED when the disk fails or the
  // file has become shorter.
  absl::Status read(uint64_t offset, size_t length, char* into) const;

  // nullopt for a file of one name.
  absl::StatusOr<std::optional<FileIdentity>> identity_of_many_names() const;

  // The whole file.
  absl::StatusOr<std::string> read_all() const;

 private:
  FileDescriptor file_;
  uint64_t bytes_;
};

}  // namespace easel
