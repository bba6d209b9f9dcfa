#include "services/cli/doctor/disk_check.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "absl/strings/str_format.h"
#include "base/byte_size.h"
#include "base/error.h"

namespace easel {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr char kSpeedName[] = "disk speed";
constexpr int64_t kGiB = int64_t{1} << 30;
constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kFullBytes = 100 * kMiB;  // fewer: the next pictures will not fit
constexpr int64_t kFewBytes = 2 * kGiB;
constexpr size_t kBlock = 4 * kMiB;
constexpr size_t kAlignment = 4096;  // of buffer, offset and length for O_DIRECT
constexpr int64_t kFewToMeasure = 8 * kMiB;
constexpr double kSlow = 200e6;  // bytes a second; a disk with a spinning platter, a network
constexpr double kLargeModel = 34e9;

class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

absl::Status reading_error(const fs::path& path, int error) {
  return make_error(Reason::kBadWeights,
                    concat(path.string(), " cannot be read: ", std::strerror(error)));
}

// Reads until a limit or the end. The errno of the first read that fails, when nothing was read.
int read_some(int fd, const ReadLimits& limits, ReadSpeed& speed) {
  const std::unique_ptr<void, Free> buffer(std::aligned_alloc(kAlignment, kBlock));
  if (buffer == nullptr) return ENOMEM;
  const Clock::time_point start = Clock::now();
  while (speed.bytes < limits.bytes && speed.seconds < limits.seconds) {
    const ssize_t got = ::pread(fd, buffer.get(), kBlock, speed.bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && speed.bytes == 0) return errno;
    if (got <= 0) break;
    speed.bytes += got;
    speed.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (got % static_cast<ssize_t>(kAlignment) != 0) break;  // the end of the file
  }
  return 0;
}

}  // namespace

absl::StatusOr<DiskSpace> read_disk_space(const fs::path& path) {
  DiskSpace space;
  std::error_code error;
  space.folder = fs::absolute(path, error);
  while (!fs::is_directory(space.folder, error) && space.folder.has_relative_path()) {
    space.folder = space.folder.parent_path();
  }
  struct statvfs numbers {};
  if (::statvfs(space.folder.c_str(), &numbers) != 0) {
    return make_error(Reason::kOutputFailed,
                      concat(space.folder.string(), ": ", std::strerror(errno)));
  }
  const auto unit = static_cast<int64_t>(numbers.f_frsize);
  space.total_bytes = static_cast<int64_t>(numbers.f_blocks) * unit;
  space.free_bytes = static_cast<int64_t>(numbers.f_bavail) * unit;
  return space;
}

Finding judge_disk_space(const std::string& what, const absl::StatusOr<DiskSpace>& space) {
  const std::string name = concat("disk of the ", what);
  if (!space.ok()) {
    return fail(name, "unknown", to_std(space.status().message()),
                "mount the disk, or make the "
                "folder");
  }
  const std::string found =
      concat(format_byte_size(space->free_bytes), " of ", format_byte_size(space->total_bytes),
             " free at ", space->folder.string());
  constexpr char kRemedy[] = "delete what is not needed, or move the folder to a larger disk";
  if (space->free_bytes < kFullBytes) return fail(name, found, "the disk is full", kRemedy);
  if (space->free_bytes < kFewBytes) return warn(name, found, "the disk is nearly full", kRemedy);
  return ok(name, found);
}

absl::StatusOr<ReadSpeed> measure_read_speed(const fs::path& path, const ReadLimits& limits) {
  ReadSpeed speed;
  if (const File direct(path, O_DIRECT); direct.fd() >= 0) {
    speed.cache_bypassed = true;
    if (read_some(direct.fd(), limits, speed) == 0) return speed;
  }
  speed = ReadSpeed{};
  const File file(path, /*flags=*/0);
  if (file.fd() < 0) {
    return make_error(Reason::kModelMissing,
                      concat(path.string(), " cannot be opened: ", std::strerror(errno)));
  }
  ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
  if (const int error = read_some(file.fd(), limits, speed); error != 0) {
    return reading_error(path, error);
  }
  return speed;
}

Finding judge_read_speed(const fs::path& file, const absl::StatusOr<ReadSpeed>& speed) {
  if (!speed.ok()) {
    return fail(kSpeedName, "not measured", to_std(speed.status().message()),
                "check the file's permissions and the disk (dmesg)");
  }
  if (speed->bytes < kFewToMeasure || speed->seconds <= 0) {
    return ok(kSpeedName, concat("not measured: ", file.string(), " has only ",
                                 format_byte_size(speed->bytes)));
  }
  const double rate = static_cast<double>(speed->bytes) / speed->seconds;
  const std::string found = absl::StrFormat(
      "%.0f MB/s (%s of %s, %s)", rate / 1e6, format_byte_size(speed->bytes), file.string(),
      speed->cache_bypassed ? "past the page cache" : "the page cache dropped first");
  if (rate < kSlow) {
    return warn(kSpeedName, found,
                absl::StrFormat("a model of 34 GB takes %.0f minutes to load, and longer for each "
                                "step that streams from the disk",
                                kLargeModel / rate / 60),
                "put the models on an SSD (EASEL_MODELS_DIR), or run it again on an idle machine");
  }
  return ok(kSpeedName, found);
}

}  // namespace easel
