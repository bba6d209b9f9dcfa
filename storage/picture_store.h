// The picture files: the folders generations, thumbnails and pranks of EASEL_DATA_DIR.
//
// A file is there whole or not at all: it is written under a temporary name, synced, renamed, and
// the folder synced. Only plain files with the names of picture_file_name are ever opened, never
// through a link. A failed write (disk full, read-only) leaves nothing behind, and the next one may
// work. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/file_descriptor.h"
#include "storage/picture_kind.h"
#include "storage/stored_file.h"

namespace easel {

// A file of a store that is open: what is done with it holds also when its name is removed
// meanwhile.
struct OpenPicture {
  PictureKind kind = PictureKind::kPicture;
  std::string name;
  StoredFile file;
};

class PictureStore {
 public:
  // Files that have several names, by what tells them from all others, and one that each has in
  // the folder that they are copied to.
  using LinkedFiles = std::map<FileIdentity, std::pair<PictureKind, std::string>>;

  // Whether a row has this file; an error stops the sweep.
  using IsKnown = std::function<absl::StatusOr<bool>(PictureKind, std::string_view file)>;

  // Makes the folders where they are missing. OUTPUT_FAILED, in words for the operator.
  static absl::StatusOr<std::unique_ptr<PictureStore>> open(
      const std::filesystem::path& data_folder);

  // Of folders that may not be there: for reading alone, makes nothing.
  static std::unique_ptr<PictureStore> of(const std::filesystem::path& data_folder);

  // Writes a file and returns its name. OUTPUT_FAILED says why not ("the disk is full");
  // INVALID_FIELD for an id that is none.
  absl::StatusOr<std::string> write(PictureKind kind, std::string_view id, int index,
                                    std::string_view bytes);

  // Gives a generation its picture without writing one: `source` gets another name, which is
  // returned; a copy where the file system makes no (more) links. Each name is removed without the
  // others. Errors as write().
  absl::StatusOr<std::string> link(const OpenPicture& source, PictureKind kind, std::string_view id,
                                   int index);

  // nullopt when there is no such file: also for every name that picture_file_name cannot have
  // made, and for what is not a plain file.
  absl::StatusOr<std::optional<StoredFile>> open_file(PictureKind kind,
                                                      std::string_view name) const;

  // Copies a file of `other` (as open_file finds it) under the same name, and returns its bytes;
  // what is here already stays. nullopt when `other` has none. One of several names is a link to
  // the copy of another, which `linked` knows. Not synced, and half of it may stay after an
  // OUTPUT_FAILED: for a folder that nobody uses yet.
  absl::StatusOr<std::optional<uint64_t>> copy_from(const PictureStore& other, PictureKind kind,
                                                    std::string_view name, LinkedFiles& linked);

  // Removes a file that no row has got, after a write whose row could not be closed. Ok when there
  // is none.
  absl::Status remove(PictureKind kind, std::string_view name);

  // What a process left that died: removes temporary files, and pictures that no row knows and that
  // are no older than `not_before_ms` (since 1970: when the database was made, because the pictures
  // of a database that is lost may be all that is left). Returns how many. Leaves everything whose
  // name isn't ours. For the start, before any write.
  absl::StatusOr<int64_t> sweep(const IsKnown& is_known, int64_t not_before_ms);

  // What the files of the kind's folder take, in bytes: of kPrankPicture also the thumbnails',
  // which are in the same one.
  absl::StatusOr<uint64_t> stored_bytes(PictureKind kind) const;

  // What this process may still write to the disk of the pictures, in bytes.
  absl::StatusOr<uint64_t> free_bytes() const;

  // OUTPUT_FAILED "the disk is full" when fewer than `bytes` are free: to be asked before the work.
  absl::Status check_free(uint64_t bytes) const;

 private:
  explicit PictureStore(const std::filesystem::path& data_folder);
  const std::filesystem::path& folder_of(PictureKind kind) const;
  // Opened anew for every operation, so that a disk that comes back is seen.
  absl::StatusOr<FileDescriptor> open_folder(PictureKind kind, std::string_view what) const;

  std::filesystem::path pictures_, thumbnails_, pranks_;
};

}  // namespace easel
