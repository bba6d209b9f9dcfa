#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace easel {
namespace {

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int close() { return fd_ < 0 ? 0 : ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

absl::Status output_failed(const std::filesystem::path& path, std::string_view what) {
  return make_error(Reason::kOutputFailed,
                    concat("cannot write ", path.string(), ": ", what, ": ", std::strerror(errno)));
}

absl::Status write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return output_failed(path, "write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// A new file in the folder of `path`; its name goes to `temporary`. Not mkstemp: that makes files
// for the owner alone, and the umask cannot be read without changing it for every thread. -1 and
// errno on failure.
int create_beside(const std::filesystem::path& path, FileReaders readers, std::string& temporary) {
  const mode_t mode = readers == FileReaders::kOwner ? 0600 : 0666;
  static std::atomic<unsigned> counter{0};
  constexpr int kMaxTries = 100;  // names left by a process that died and had this one's id
  int fd = -1;
  for (int i = 0; i < kMaxTries && fd < 0; ++i) {
    temporary = concat(path.string(), ".", ::getpid(), "-", counter++, ".tmp");
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno != EEXIST) break;
  }
  return fd;
}

}  // namespace

absl::StatusOr<std::string> read_file(const std::filesystem::path& path, size_t max_bytes) {
  // Without O_NONBLOCK a pipe with the file's name would hold the process for ever.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    const Reason reason =
        errno == ENOENT || errno == ENOTDIR ? Reason::kModelMissing : Reason::kBadWeights;
    return make_error(reason, concat("cannot open ", path.string(), ": ", std::strerror(errno)));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return bad_weights(path.string(), " is not a regular file");
  }
  if (static_cast<uint64_t>(info.st_size) > max_bytes) {
    return bad_weights(path.string(), " has ", info.st_size, " bytes: at most ", max_bytes,
                       " are read");
  }
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return bad_weights("cannot read ", path.string(), ": ", std::strerror(errno));
    if (got == 0) return bad_weights(path.string(), " became shorter while it was read");
    done += static_cast<size_t>(got);
  }
  return bytes;
}

absl::Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   FileReaders readers) {
  return write_file_atomically(path, absl::MakeConstSpan(&bytes, 1), readers);
}

absl::Status write_file_atomically(const std::filesystem::path& path,
                                   absl::Span<const std::string_view> parts, FileReaders readers) {
  struct stat old {};
  if (::stat(path.c_str(), &old) == 0 && !S_ISREG(old.st_mode)) {
    // A rename would replace the device, pipe or link to a folder itself.
    return make_error(Reason::kOutputFailed,
                      concat("cannot write ", path.string(), ": it is not a regular file"));
  }
  std::string temporary;
  Descriptor file(create_beside(path, readers, temporary));
  if (file.get() < 0) return output_failed(path, "create");
  absl::Status status;
  for (const std::string_view part : parts) {
    if (status.ok()) status = write_all(file.get(), part, path);
  }
  if (status.ok() && ::fsync(file.get()) != 0) status = output_failed(path, "sync");
  if (file.close() != 0 && status.ok()) status = output_failed(path, "close");
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0)
    status = output_failed(path, "rename");
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

}  // namespace easel
