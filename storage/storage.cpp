#include "storage/storage.h"

#include <utility>

#include "base/error.h"

namespace easel {

Storage::Storage(std::unique_ptr<Database> database, std::unique_ptr<PictureStore> pictures)
    : database_(std::move(database)), pictures_(std::move(pictures)) {}

// Whether a row has this file: the sweep takes what none has.
absl::StatusOr<bool> Storage::is_known(PictureKind kind, std::string_view file) {
  switch (kind) {
    case PictureKind::kPicture:
    case PictureKind::kThumbnail:
      return generations_.is_known(kind, file);
    case PictureKind::kPrankPicture:
    case PictureKind::kPrankThumbnail:
      break;
  }
  return triggers_.is_known(kind, file);
}

absl::StatusOr<std::unique_ptr<Storage>> Storage::open(const std::filesystem::path& data_folder) {
  // The database first: it holds the lock without which no file may be swept.
  EASEL_ASSIGN_OR_RETURN(auto database, Database::open(data_folder));
  EASEL_ASSIGN_OR_RETURN(auto pictures, PictureStore::open(data_folder));
  std::unique_ptr<Storage> storage(new Storage(std::move(database), std::move(pictures)));
  EASEL_ASSIGN_OR_RETURN(storage->recovered_.interrupted,
                         storage->generations_.mark_interrupted_at_start());
  const auto is_known = [&](PictureKind kind, std::string_view file) {
    return storage->is_known(kind, file);
  };
  EASEL_ASSIGN_OR_RETURN(storage->recovered_.removed_files,
                         storage->pictures_->sweep(is_known, storage->database_->created_at_ms()));
  return storage;
}

}  // namespace easel
