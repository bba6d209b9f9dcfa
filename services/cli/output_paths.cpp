#include "services/cli/output_paths.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/quote.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".png";

bool exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

absl::Status output_failed(const fs::path& path, std::string_view what) {
  return make_error(Reason::kOutputFailed, concat("cannot write ", path.string(), ": ", what));
}

// A block of a file at `path`, taken back at once. Returns 0 or errno.
int probe(const fs::path& path) {
  constexpr char kBlock[4096] = {};
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  const ssize_t written = ::write(fd, kBlock, sizeof(kBlock));
  int error = written < 0 ? errno : written < static_cast<ssize_t>(sizeof(kBlock)) ? ENOSPC : 0;
  if (::close(fd) != 0 && error == 0) error = errno;
  ::unlink(path.c_str());
  return error;
}

}  // namespace

std::vector<fs::path> image_paths(const fs::path& first, size_t count) {
  std::vector<fs::path> paths;
  for (size_t i = 0; i < count; ++i) {
    fs::path path = first;
    if (i > 0) {
      path.replace_filename(concat(first.stem().string(), "-", i, first.extension().string()));
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

std::vector<fs::path> unused_image_paths(const fs::path& folder, uint64_t seed, size_t count) {
  for (int attempt = 1;; ++attempt) {
    const std::string number = attempt == 1 ? "" : concat(".", attempt);
    std::vector<fs::path> paths =
        image_paths(folder / concat("easel-", seed, number, kSuffix), count);
    if (std::none_of(paths.begin(), paths.end(), exists)) return paths;
  }
}

fs::path preview_path(const fs::path& image) {
  fs::path path = image;
  return path.replace_filename(concat(image.stem().string(), ".preview", kSuffix));
}

absl::Status check_png_name(std::string_view option, const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == kSuffix) return absl::OkStatus();
  return invalid_field(option, " must be the name of a .png file, not ", quote(path.string()));
}

absl::Status check_writable(const fs::path& path) {
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::exists(folder, error))
    return output_failed(path, "there is no folder " + folder.string());
  if (!fs::is_directory(folder, error))
    return output_failed(path, folder.string() + " is not a folder");
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    return output_failed(path, "something other than a file has that name");
  }
  const int cause = probe(folder / concat(".easel-", ::getpid(), ".probe"));
  if (cause == 0) return absl::OkStatus();
  return output_failed(path, concat("nothing can be written in the folder ", folder.string(), ": ",
                                    std::strerror(cause)));
}

}  // namespace easel
