#include "storage/data_folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "base/error.h"

namespace easel {
namespace {

absl::Status unusable(const std::filesystem::path& path, std::string_view why) {
  return make_error(Reason::kOutputFailed,
                    concat("cannot use the data folder: ", path.string(), ": ", why,
                           "; EASEL_DATA_DIR names it, and it must be writable"));
}

// The folders above it as the umask leaves them; the folder itself for its owner alone, because
// prompts and pictures are nobody else's.
absl::Status make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (error) return unusable(folder.parent_path(), error.message());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return unusable(folder, std::strerror(errno));
  }
  return absl::OkStatus();
}

// The process id that the holder wrote, or "" where there is none.
std::string holder_of(int fd) {
  std::array<char, 24> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size() - 1, 0);
  const std::string digits(text.data(), got > 0 ? static_cast<size_t>(got) : 0);
  const size_t length = std::min(digits.find_first_not_of("0123456789"), digits.size());
  return length == 0 ? "" : concat(" (process ", digits.substr(0, length), ")");
}

// Only a hint for whoever finds the folder taken: a full disk does not keep the service from
// starting and showing what it has.
void write_holder(int fd) {
  const std::string text = concat(::getpid(), "\n");
  const bool written = ::ftruncate(fd, 0) == 0 && ::pwrite(fd, text.data(), text.size(), 0) > 0;
  static_cast<void>(written);
}

}  // namespace

absl::StatusOr<DataFolderLock> DataFolderLock::take(const std::filesystem::path& folder) {
  EASEL_RETURN_IF_ERROR(make_folder(folder));
  const std::filesystem::path path = folder / kFileName;
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return unusable(path, std::strerror(errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unusable(path, std::strerror(errno));
    return make_error(
        Reason::kOutputFailed,
        concat("another gateway", holder_of(file.get()), " uses the data folder ", folder.string(),
               ": stop it, or give this one an EASEL_DATA_DIR of its own"));
  }
  write_holder(file.get());
  return DataFolderLock(std::move(file));
}

}  // namespace easel
