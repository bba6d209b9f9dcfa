// Keeps a second process off a data folder.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "storage/file_descriptor.h"

namespace easel {

// Holds `folder`/easel.lock while it lives; the system lets go of it when the process dies, however
// that happens. The file itself stays.
class DataFolderLock {
 public:
  // In the folder.
  static constexpr char kFileName[] = "easel.lock";

  // Makes the folder where it is missing. OUTPUT_FAILED, in words for the operator: somebody else
  // holds it (with the process id), or the folder cannot be written.
  static absl::StatusOr<DataFolderLock> take(const std::filesystem::path& folder);

 private:
  explicit DataFolderLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace easel
