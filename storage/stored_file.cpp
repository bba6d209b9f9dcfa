#include "storage/stored_file.h"

#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "storage/storage_error.h"

namespace easel {

absl::Status StoredFile::read(uint64_t offset, size_t length, char* into) const {
  constexpr std::string_view kWhat = "a picture cannot be read";
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

absl::StatusOr<std::string> StoredFile::read_all() const {
  std::string bytes(bytes_, '\0');
  EASEL_RETURN_IF_ERROR(read(0, bytes.size(), bytes.data()));
  return bytes;
}

}  // namespace easel
