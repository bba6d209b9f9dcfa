#include "storage/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "storage/data_folder.h"
#include "storage/database.h"
#include "storage/file_descriptor.h"
#include "storage/picture_store.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

// Each copy of the database after the first is owed to a removal in the time of the one before,
// which is shorter every time: only what is new is copied.
constexpr int kMaxCopies = 20;
constexpr std::string_view kCannotWrite = "cannot write the backup";

absl::Status cannot_make(const std::filesystem::path& destination, std::string_view why) {
  return make_error(Reason::kOutputFailed,
                    concat("cannot make the backup ", destination.string(), ": ", why));
}

// "a/b/" names the same folder as "a/b".
std::filesystem::path without_last_slash(const std::filesystem::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

// A restore moves the data folder away, and the backup would go with it.
absl::Status check_outside(const std::filesystem::path& destination,
                           const std::filesystem::path& data_folder) {
  std::error_code error;
  const std::filesystem::path data = std::filesystem::canonical(data_folder, error);
  if (error) return absl::OkStatus();  // what opens it says why
  const std::filesystem::path place = std::filesystem::weakly_canonical(destination, error);
  if (error) return absl::OkStatus();
  const auto [end, unused] = std::mismatch(data.begin(), data.end(), place.begin(), place.end());
  if (end != data.end()) return absl::OkStatus();
  return cannot_make(destination, concat("it is inside the data folder ", data.string(),
                                         ", which a restore moves away; name a folder elsewhere"));
}

// The folder that a backup is written in until it is whole; removed with all in it unless renamed.
class AsideFolder {
 public:
  static absl::StatusOr<std::unique_ptr<AsideFolder>> make(
      const std::filesystem::path& destination) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(destination, error))) {
      return cannot_make(destination, "it exists already; name a new folder");
    }
    std::string name = concat(destination.string(), ".partial-XXXXXX");
    if (::mkdtemp(name.data()) == nullptr) {
      return cannot_make(destination, concat(std::strerror(errno),
                                             "; the folder above it must exist and be "
                                             "writable"));
    }
    return std::unique_ptr<AsideFolder>(new AsideFolder(name));
  }
  ~AsideFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  AsideFolder(const AsideFolder&) = delete;
  AsideFolder& operator=(const AsideFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Everything to the disk, then into place, then the new name to the disk.
  absl::Status publish(const std::filesystem::path& destination) {
    EASEL_RETURN_IF_ERROR(sync_disk_of(path_));
    // Takes the place of nothing but an empty folder.
    if (::rename(path_.c_str(), destination.c_str()) != 0) {
      return cannot_make(destination, std::strerror(errno));
    }
    path_.clear();
    const std::filesystem::path above = destination.parent_path();
    return sync_disk_of(above.empty() ? "." : above);
  }

 private:
  explicit AsideFolder(std::filesystem::path path) : path_(std::move(path)) {}

  static absl::Status sync_disk_of(const std::filesystem::path& folder) {
    const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.valid() && ::syncfs(opened.get()) == 0) return absl::OkStatus();
    return storage_error(kCannotWrite, errno, "syncfs " + folder.string());
  }

  std::filesystem::path path_;
};

// A picture that a row names, as "kind/file".
using MissingPictures = std::set<std::pair<PictureKind, std::string>>;

class Backup {
 public:
  Backup(const std::filesystem::path& data_folder, const std::filesystem::path& copy,
         std::unique_ptr<PictureStore> from, std::unique_ptr<PictureStore> to)
      : database_(data_folder / Database::kFileName),
        copy_(copy / Database::kFileName),
        from_(std::move(from)),
        to_(std::move(to)) {}

  absl::StatusOr<BackupReport> take(const OnDatabaseCopied& on_database_copied) {
    MissingPictures missing;
    for (int i = 0; i < kMaxCopies; ++i) {
      EASEL_ASSIGN_OR_RETURN(report_.database, copy_database(database_, copy_));
      on_database_copied(report_.database);
      const MissingPictures missing_before = std::exchange(missing, {});
      EASEL_RETURN_IF_ERROR(copy_pictures(missing));
      // A row that is still there without a file that was missing before it was read has lost it.
      bool lost = true;
      for (const auto& picture : missing) lost = lost && missing_before.count(picture) > 0;
      report_.missing = static_cast<int64_t>(missing.size());
      if (lost) return report_;
    }
    return make_error(Reason::kOutputFailed,
                      "cannot make the backup: pictures are removed faster than they can be "
                      "copied; try again when fewer are");
  }

 private:
  absl::Status copy_pictures(MissingPictures& missing) {
    report_.pictures = report_.picture_bytes = 0;
    return for_each_picture(copy_, [&](PictureKind kind, const std::string& file) -> absl::Status {
      EASEL_ASSIGN_OR_RETURN(const std::optional<uint64_t> bytes,
                             to_->copy_from(*from_, kind, file, linked_));
      if (!bytes) {
        missing.emplace(kind, file);
        return absl::OkStatus();
      }
      ++report_.pictures;
      report_.picture_bytes += static_cast<int64_t>(*bytes);
      return absl::OkStatus();
    });
  }

  const std::filesystem::path database_, copy_;
  const std::unique_ptr<PictureStore> from_, to_;
  PictureStore::LinkedFiles linked_;
  BackupReport report_;
};

// Before the database: an older mark beside newer passwords sets nothing that was not set then, the
// other way round a password that was replaced would come back.
absl::Status copy_password_mark(const std::filesystem::path& from,
                                const std::filesystem::path& to) {
  constexpr size_t kMaxBytes = 1024;
  std::error_code error;
  if (!std::filesystem::exists(from / kPasswordMarkFile, error)) return absl::OkStatus();
  EASEL_ASSIGN_OR_RETURN(const std::string mark, read_file(from / kPasswordMarkFile, kMaxBytes));
  return write_file_atomically(to / kPasswordMarkFile, mark, FileReaders::kOwner);
}

}  // namespace

absl::StatusOr<BackupReport> make_backup(const std::filesystem::path& data_folder,
                                         const std::filesystem::path& destination,
                                         const OnDatabaseCopied& on_database_copied) {
  const std::filesystem::path place = without_last_slash(destination);
  std::error_code error;
  if (!std::filesystem::is_directory(data_folder, error)) {
    return cannot_make(place, concat("there is no data folder ", data_folder.string(),
                                     "; --data-dir or EASEL_DATA_DIR must name the gateway's"));
  }
  EASEL_RETURN_IF_ERROR(check_outside(place, data_folder));
  EASEL_ASSIGN_OR_RETURN(const std::unique_ptr<AsideFolder> aside, AsideFolder::make(place));
  EASEL_RETURN_IF_ERROR(copy_password_mark(data_folder, aside->path()));
  EASEL_ASSIGN_OR_RETURN(auto to, PictureStore::open(aside->path()));
  Backup backup(data_folder, aside->path(), PictureStore::of(data_folder), std::move(to));
  EASEL_ASSIGN_OR_RETURN(const BackupReport report, backup.take(on_database_copied));
  EASEL_RETURN_IF_ERROR(aside->publish(place));
  return report;
}

}  // namespace easel
