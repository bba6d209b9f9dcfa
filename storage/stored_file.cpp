#include "storage/stored_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

constexpr std::string_view kWhat = "a picture cannot be read";

}  // namespace

absl::Status StoredFile::read(uint64_t offset, size_t length, char* into) const {
  for (size_t done = 0; done < length;) {
    const ssize_t got =
        ::pread(file_.get(), into + done, length - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return storage_error(kWhat, errno, "pread");
    if (got == 0) {
      return make_error(Reason::kOutputFailed, concat(kWhat, ": its file has become shorter"));
    }
    done += static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<FileIdentity>> StoredFile::identity_of_many_names() const {
  struct stat info {};
  if (::fstat(file_.get(), &info) != 0) return storage_error(kWhat, errno, "fstat");
  if (info.st_nlink < 2) return std::optional<FileIdentity>();
  constexpr int64_t kNsPerSecond = 1'000'000'000;
  return std::optional<FileIdentity>(
      FileIdentity{uint64_t{info.st_dev}, uint64_t{info.st_ino}, bytes_,
                   int64_t{info.st_mtim.tv_sec} * kNsPerSecond + info.st_mtim.tv_nsec});
}

absl::StatusOr<std::string> StoredFile::read_all() const {
  std::string bytes(bytes_, '\0');
  EASEL_RETURN_IF_ERROR(read(0, bytes.size(), bytes.data()));
  return bytes;
}

}  // namespace easel
