#include "gateway/prank_pictures.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/random_bytes.h"
#include "gateway/api_error.h"
#include "gateway/log_event.h"
#include "gateway/thumbnail.h"

namespace easel {
namespace {

constexpr size_t kNameBytes = 24;  // of randomness
// Left of the disk by uploads, so that generations have room: 16 at once.
constexpr uint64_t kLeftForGenerations = 256 << 20;

absl::Status no_picture() {
  return api_error(ErrorCode::kInvalidField,
                   "'generation_id' names no generation that has a picture");
}

}  // namespace

PrankPictures::PrankPictures(UploadReader read_upload, const PrankPictureParts& parts)
    : read_upload_(std::move(read_upload)), parts_(parts) {
  const absl::StatusOr<uint64_t> stored = parts_.pictures.stored_bytes(PictureKind::kPrankPicture);
  if (stored.ok()) bytes_ = *stored;
  if (!stored.ok()) {
    log_event(LogLevel::kWarning, "pictures not counted", {{"detail", log_text(stored.status())}});
  }
}

absl::StatusOr<EncodedPicture> PrankPictures::find(TriggerOrder& order) const {
  EASEL_RETURN_IF_ERROR(parts_.pictures.check_free(kLeftForGenerations));
  {
    const std::lock_guard lock(mutex_);
    EASEL_RETURN_IF_ERROR(check_room(1));
  }
  if (!order.image.empty()) return EncodedPicture{std::move(order.image), "image", ""};
  EncodedPicture found{"", "generation_id", order.generation_id};
  EASEL_ASSIGN_OR_RETURN(found.bytes, picture_of_generation(order.generation_id));
  return found;
}

absl::StatusOr<TriggerPicture> PrankPictures::store(const EncodedPicture& encoded) {
  EASEL_ASSIGN_OR_RETURN(const UploadedPicture picture, read_upload_(encoded.bytes, encoded.field));
  EASEL_ASSIGN_OR_RETURN(const std::string thumbnail, make_thumbnail(picture.png));
  TriggerPicture stored;
  stored.generation_id = encoded.generation_id;
  EASEL_ASSIGN_OR_RETURN(stored.files, write(picture.png, thumbnail));
  return stored;
}

absl::StatusOr<TriggerFiles> PrankPictures::write(const std::string& png,
                                                  const std::string& thumbnail) {
  EASEL_RETURN_IF_ERROR(take_room(png.size() + thumbnail.size()));
  const std::string name = random_hex(kNameBytes);
  absl::StatusOr<std::string> picture =
      parts_.pictures.write(PictureKind::kPrankPicture, name, 0, png);
  absl::StatusOr<std::string> small =
      picture.ok() ? parts_.pictures.write(PictureKind::kPrankThumbnail, name, 0, thumbnail)
                   : picture.status();
  if (picture.ok() && small.ok()) return TriggerFiles{*std::move(picture), *std::move(small)};
  if (picture.ok()) parts_.pictures.remove(PictureKind::kPrankPicture, *picture).IgnoreError();
  const std::lock_guard lock(mutex_);
  bytes_ -= png.size() + thumbnail.size();
  return small.status();
}

// Caller holds the mutex.
absl::Status PrankPictures::check_room(uint64_t bytes) const {
  if (bytes_ + bytes <= parts_.max_bytes) return absl::OkStatus();
  return make_error(Reason::kOutputFailed,
                    concat("the pictures of pranks may take ", parts_.max_bytes >> 20,
                           " MiB on this server, and do: remove some first"));
}

absl::Status PrankPictures::take_room(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  EASEL_RETURN_IF_ERROR(check_room(bytes));
  bytes_ += bytes;
  return absl::OkStatus();
}

absl::StatusOr<std::string> PrankPictures::picture_of_generation(const std::string& id) const {
  EASEL_ASSIGN_OR_RETURN(const auto record, parts_.generations.get(id));
  if (!record || record->status != GenerationStatus::kDone || record->files.empty()) {
    return no_picture();
  }
  EASEL_ASSIGN_OR_RETURN(
      const auto file,
      parts_.pictures.open_file(PictureKind::kPicture, record->files.front().picture_file));
  if (!file) return no_picture();
  return file->read_all();
}

void PrankPictures::remove(const TriggerFiles& files) {
  remove_one(PictureKind::kPrankPicture, files.picture_file);
  remove_one(PictureKind::kPrankThumbnail, files.thumbnail_file);
}

void PrankPictures::remove_one(PictureKind kind, const std::string& name) {
  const auto file = parts_.pictures.open_file(kind, name);
  const uint64_t bytes = file.ok() && *file ? (*file)->bytes() : 0;
  if (const absl::Status removed = parts_.pictures.remove(kind, name); !removed.ok()) {
    log_event(LogLevel::kWarning, "picture not removed", {{"detail", log_text(removed)}});
    return;
  }
  const std::lock_guard lock(mutex_);
  bytes_ -= std::min(bytes_, bytes);
}

}  // namespace easel
