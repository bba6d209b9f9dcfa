// Whole files: read with a limit, written so that a reader never sees half of one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace easel {

// The file's bytes. MODEL_MISSING when it is not there, BAD_WEIGHTS when it is not a regular file,
// is larger than `max_bytes` or cannot be read: the message names the path and the cause.
absl::StatusOr<std::string> read_file(const std::filesystem::path& path, size_t max_bytes);

// Who may read a new file: whom the umask lets, or its owner alone, from its first byte on.
enum class FileReaders { kByUmask, kOwner };

// Writes `bytes` to a temporary file beside `path`, syncs it and renames it over `path`. On any
// error (OUTPUT_FAILED: folder missing or read-only, disk full, something other than a file at
// `path`) nothing is left behind and an old file at `path` is untouched.
absl::Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   FileReaders readers = FileReaders::kByUmask);

// The same for content in several pieces, one after another.
absl::Status write_file_atomically(const std::filesystem::path& path,
                                   absl::Span<const std::string_view> parts,
                                   FileReaders readers = FileReaders::kByUmask);

}  // namespace easel
