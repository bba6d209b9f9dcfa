#include "storage/picture_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "base/byte_size.h"
#include "base/error.h"
#include "storage/storage_error.h"

namespace easel {
namespace {

// No name of a picture ends so.
constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr std::string_view kCannotWrite = "the picture cannot be written";
constexpr std::string_view kCannotRead = "the pictures cannot be read";
constexpr int kMaxIndex = 99;
// Pictures are nobody else's, as the prompts in the database.
constexpr mode_t kFileMode = 0600, kFolderMode = 0700;

absl::Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return storage_error(kCannotWrite, errno, "write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// A new file of a name that nobody else in this process uses; its bytes are on the disk on return.
absl::Status write_temporary(int folder, const std::string& name, std::string_view bytes) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  FileDescriptor file(::openat(folder, name.c_str(), kFlags, kFileMode));
  if (!file.valid()) return storage_error(kCannotWrite, errno, "create " + name);
  EASEL_RETURN_IF_ERROR(write_all(file.get(), bytes));
  if (::fsync(file.get()) != 0) return storage_error(kCannotWrite, errno, "fsync " + name);
  if (file.close() != 0) return storage_error(kCannotWrite, errno, "close " + name);
  return absl::OkStatus();
}

absl::Status copy_file(const StoredFile& file, int folder, const std::string& name) {
  constexpr size_t kPieceBytes = 1 << 18;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  FileDescriptor copy(::openat(folder, name.c_str(), kFlags, kFileMode));
  if (!copy.valid()) return storage_error(kCannotWrite, errno, "create " + name);
  std::string piece;
  for (uint64_t at = 0; at < file.bytes(); at += piece.size()) {
    piece.resize(static_cast<size_t>(std::min<uint64_t>(kPieceBytes, file.bytes() - at)));
    EASEL_RETURN_IF_ERROR(file.read(at, piece.size(), piece.data()));
    EASEL_RETURN_IF_ERROR(write_all(copy.get(), piece));
  }
  if (copy.close() != 0) return storage_error(kCannotWrite, errno, "close " + name);
  return absl::OkStatus();
}

// That no other write of this process uses.
std::string temporary_name(const std::string& name) {
  static std::atomic<uint64_t> counter{0};
  return concat(name, ".", counter++, kTemporarySuffix);
}

// Brings the folder's new entry to the disk, or takes it back.
absl::Status sync_entry(int folder, const std::string& name) {
  if (::fsync(folder) == 0) return absl::OkStatus();
  absl::Status status = storage_error(kCannotWrite, errno, "fsync the folder of " + name);
  ::unlinkat(folder, name.c_str(), 0);
  return status;
}

// Into place, and the folder's entry on the disk.
absl::Status publish(int folder, const std::string& temporary, const std::string& name) {
  if (::renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
    return storage_error(kCannotWrite, errno, "rename to " + name);
  }
  return sync_entry(folder, name);
}

// Another name for a file, in place of what has it: 0, or the errno that says why not.
int make_link(int from_folder, const std::string& from, int to_folder, const std::string& to) {
  const auto try_link = [&] {
    return ::linkat(from_folder, from.c_str(), to_folder, to.c_str(), 0) == 0 ? 0 : errno;
  };
  const int error = try_link();
  if (error != EEXIST) return error;
  ::unlinkat(to_folder, to.c_str(), 0);
  return try_link();
}

// Gives the name a file of the same bytes that has no other names yet, because a file system allows
// so many of one file (65,000: ext4). False where that cannot be done, or the name is gone.
bool renew(int folder, const OpenPicture& source) {
  const absl::StatusOr<std::string> bytes = source.file.read_all();
  const std::string temporary = temporary_name(source.name);
  // An exchange and no renaming: a name that is removed meanwhile stays so.
  const bool renewed =
      bytes.ok() && write_temporary(folder, temporary, *bytes).ok() &&
      ::renameat2(folder, temporary.c_str(), folder, source.name.c_str(), RENAME_EXCHANGE) == 0;
  ::unlinkat(folder, temporary.c_str(), 0);
  return renewed;
}

absl::Status check_name(std::string_view id, int index) {
  if (is_generation_id(id) && index >= 0 && index <= kMaxIndex) return absl::OkStatus();
  return invalid_field("picture ", index, ": its generation has no valid id, or too many of them");
}

absl::StatusOr<std::vector<std::string>> list(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  while (!error && at != std::filesystem::directory_iterator()) {
    names.push_back(at->path().filename().string());
    at.increment(error);
  }
  if (error) return storage_error(kCannotRead, error.value(), "list " + folder.string());
  return names;
}

// A temporary name of ours: "ID.png.12.tmp".
bool is_temporary_name(PictureKind kind, std::string_view name) {
  if (!name.ends_with(kTemporarySuffix)) return false;
  name.remove_suffix(kTemporarySuffix.size());
  const size_t dot = name.rfind('.');
  return dot != std::string_view::npos && is_picture_file_name(kind, name.substr(0, dot));
}

// Whether the file is one of this database's time: older ones are somebody else's, as is what is
// no plain file.
bool is_as_new_as(int folder, const std::string& name, int64_t not_before_ms) {
  struct stat info {};
  if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return false;
  constexpr int64_t kMsPerSecond = 1000;
  // File systems round times down, some to two seconds.
  constexpr int64_t kRoundingMs = 2000;
  return S_ISREG(info.st_mode) &&
         int64_t{info.st_mtim.tv_sec} * kMsPerSecond + kRoundingMs >= not_before_ms;
}

absl::Status remove_from(int folder, const std::string& name) {
  if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return absl::OkStatus();
  return storage_error("a picture cannot be removed", errno, "unlink " + name);
}

absl::Status make_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), kFolderMode) == 0 || errno == EEXIST) return absl::OkStatus();
  return make_error(Reason::kOutputFailed,
                    concat("cannot make the folder ", folder.string(), ": ", std::strerror(errno)));
}

}  // namespace

PictureStore::PictureStore(const std::filesystem::path& data_folder)
    : pictures_(data_folder / "generations"),
      thumbnails_(data_folder / "thumbnails"),
      pranks_(data_folder / "pranks") {}

const std::filesystem::path& PictureStore::folder_of(PictureKind kind) const {
  switch (kind) {
    case PictureKind::kPicture:
      return pictures_;
    case PictureKind::kThumbnail:
      return thumbnails_;
    case PictureKind::kPrankPicture:
    case PictureKind::kPrankThumbnail:
      break;
  }
  return pranks_;
}

absl::StatusOr<std::unique_ptr<PictureStore>> PictureStore::open(
    const std::filesystem::path& data_folder) {
  std::unique_ptr<PictureStore> store(new PictureStore(data_folder));
  for (const PictureKind kind : kPictureKinds) {
    EASEL_RETURN_IF_ERROR(make_folder(store->folder_of(kind)));
    EASEL_RETURN_IF_ERROR(store->open_folder(kind, kCannotRead).status());
  }
  return store;
}

std::unique_ptr<PictureStore> PictureStore::of(const std::filesystem::path& data_folder) {
  return std::unique_ptr<PictureStore>(new PictureStore(data_folder));
}

absl::StatusOr<FileDescriptor> PictureStore::open_folder(PictureKind kind,
                                                         std::string_view what) const {
  const std::filesystem::path& path = folder_of(kind);
  FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return storage_error(what, errno, "open " + path.string());
  return folder;
}

absl::StatusOr<std::string> PictureStore::write(PictureKind kind, std::string_view id, int index,
                                                std::string_view bytes) {
  EASEL_RETURN_IF_ERROR(check_name(id, index));
  const std::string name = picture_file_name(kind, id, index);
  const std::string temporary = temporary_name(name);
  EASEL_ASSIGN_OR_RETURN(const FileDescriptor folder, open_folder(kind, kCannotWrite));
  absl::Status status = write_temporary(folder.get(), temporary, bytes);
  if (status.ok()) status = publish(folder.get(), temporary, name);
  if (status.ok()) return name;
  ::unlinkat(folder.get(), temporary.c_str(), 0);
  return status;
}

absl::StatusOr<std::string> PictureStore::link(const OpenPicture& source, PictureKind kind,
                                               std::string_view id, int index) {
  EASEL_RETURN_IF_ERROR(check_name(id, index));
  std::string name = picture_file_name(kind, id, index);
  EASEL_ASSIGN_OR_RETURN(const FileDescriptor from, open_folder(source.kind, kCannotRead));
  EASEL_ASSIGN_OR_RETURN(const FileDescriptor to, open_folder(kind, kCannotWrite));
  int error = make_link(from.get(), source.name, to.get(), name);
  if (error == EMLINK && renew(from.get(), source)) {
    error = make_link(from.get(), source.name, to.get(), name);
  }
  if (error != 0) {
    EASEL_ASSIGN_OR_RETURN(const std::string bytes, source.file.read_all());
    return write(kind, id, index, bytes);
  }
  EASEL_RETURN_IF_ERROR(sync_entry(to.get(), name));
  return name;
}

absl::StatusOr<std::optional<StoredFile>> PictureStore::open_file(PictureKind kind,
                                                                  std::string_view name) const {
  if (!is_picture_file_name(kind, name)) return std::optional<StoredFile>();
  EASEL_ASSIGN_OR_RETURN(const FileDescriptor folder, open_folder(kind, kCannotRead));
  // The name has no '/', and a last link is not followed; without O_NONBLOCK a pipe would hold us.
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  FileDescriptor file(::openat(folder.get(), std::string(name).c_str(), kFlags));
  if (!file.valid()) {
    const bool absent = errno == ENOENT || errno == ELOOP || errno == ENXIO;
    if (absent) return std::optional<StoredFile>();
    return storage_error(kCannotRead, errno, concat("open ", name));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return storage_error(kCannotRead, errno, "fstat");
  if (!S_ISREG(info.st_mode)) return std::optional<StoredFile>();
  return std::optional<StoredFile>(
      StoredFile(std::move(file), static_cast<uint64_t>(info.st_size)));
}

absl::StatusOr<std::optional<uint64_t>> PictureStore::copy_from(const PictureStore& other,
                                                                PictureKind kind,
                                                                std::string_view name,
                                                                LinkedFiles& linked) {
  EASEL_ASSIGN_OR_RETURN(const std::optional<StoredFile> here, open_file(kind, name));
  if (here) return std::optional<uint64_t>(here->bytes());
  EASEL_ASSIGN_OR_RETURN(const std::optional<StoredFile> file, other.open_file(kind, name));
  if (!file) return std::optional<uint64_t>();
  EASEL_ASSIGN_OR_RETURN(const FileDescriptor folder, open_folder(kind, kCannotWrite));
  EASEL_ASSIGN_OR_RETURN(const auto identity, file->identity_of_many_names());
  const auto twin = identity ? linked.find(*identity) : linked.end();
  if (twin != linked.end()) {
    const auto& [twin_kind, twin_name] = twin->second;
    EASEL_ASSIGN_OR_RETURN(const FileDescriptor from, open_folder(twin_kind, kCannotRead));
    if (make_link(from.get(), twin_name, folder.get(), std::string(name)) == 0) {
      return std::optional<uint64_t>(file->bytes());
    }
  }
  EASEL_RETURN_IF_ERROR(copy_file(*file, folder.get(), std::string(name)));
  if (identity) linked[*identity] = {kind, std::string(name)};
  return std::optional<uint64_t>(file->bytes());
}

absl::Status PictureStore::remove(PictureKind kind, std::string_view name) {
  if (!is_picture_file_name(kind, name)) return absl::OkStatus();
  EASEL_ASSIGN_OR_RETURN(const FileDescriptor folder, open_folder(kind, kCannotWrite));
  return remove_from(folder.get(), std::string(name));
}

absl::StatusOr<int64_t> PictureStore::sweep(const IsKnown& is_known, int64_t not_before_ms) {
  int64_t removed = 0;
  for (const PictureKind kind : kPictureKinds) {
    EASEL_ASSIGN_OR_RETURN(const FileDescriptor folder, open_folder(kind, kCannotRead));
    EASEL_ASSIGN_OR_RETURN(const std::vector<std::string> names, list(folder_of(kind)));
    for (const std::string& name : names) {
      bool orphan = is_temporary_name(kind, name);
      if (!orphan && is_picture_file_name(kind, name)) {
        EASEL_ASSIGN_OR_RETURN(const bool known, is_known(kind, name));
        orphan = !known && is_as_new_as(folder.get(), name, not_before_ms);
      }
      if (!orphan) continue;
      EASEL_RETURN_IF_ERROR(remove_from(folder.get(), name));
      ++removed;
    }
  }
  return removed;
}

absl::StatusOr<uint64_t> PictureStore::stored_bytes(PictureKind kind) const {
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder_of(kind), error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const uintmax_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  if (!error) return bytes;
  return storage_error("the pictures cannot be counted", error.value(),
                       "list " + folder_of(kind).string());
}

absl::StatusOr<uint64_t> PictureStore::free_bytes() const {
  struct statvfs info {};
  if (::statvfs(pictures_.c_str(), &info) != 0) {
    return storage_error("the free space is not known", errno, "statvfs " + pictures_.string());
  }
  return uint64_t{info.f_bavail} * info.f_frsize;
}

absl::Status PictureStore::check_free(uint64_t bytes) const {
  EASEL_ASSIGN_OR_RETURN(const uint64_t free, free_bytes());
  if (free >= bytes) return absl::OkStatus();
  return make_error(
      Reason::kOutputFailed,
      concat(kCannotWrite, ": the disk is full (", format_byte_size(static_cast<int64_t>(free)),
             " free, ", format_byte_size(static_cast<int64_t>(bytes)), " wanted)"));
}

}  // namespace easel
