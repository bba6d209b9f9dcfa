#include "gateway/prank_pictures.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/random_bytes.h"
#include "gateway/api_error.h"
#include "gateway/log_event.h"
#include "gateway/thumbnail.h"

namespace easel {
namespace {

constexpr size_t kNameBytes = 24;  // of randomness
// Asked for before the work: a large PNG and its row fit into it.
constexpr uint64_t kBytesPerPicture = 16 << 20;

absl::Status no_picture() {
  return api_error(ErrorCode::kInvalidField,
                   "'generation_id' names no generation that has a picture");
}

}  // namespace

absl::StatusOr<TriggerPicture> PrankPictures::store(const TriggerOrder& order) {
  EASEL_RETURN_IF_ERROR(pictures_.check_free(kBytesPerPicture));
  const bool uploaded = !order.image.empty();
  std::string copied;
  if (!uploaded) {
    EASEL_ASSIGN_OR_RETURN(copied, picture_of_generation(order.generation_id));
  }
  EASEL_ASSIGN_OR_RETURN(
      const UploadedPicture picture,
      read_upload_(uploaded ? order.image : copied, uploaded ? "image" : "generation_id"));
  EASEL_ASSIGN_OR_RETURN(const std::string thumbnail, make_thumbnail(picture.png));
  const std::string name = random_hex(kNameBytes);
  TriggerPicture stored;
  stored.generation_id = order.generation_id;
  EASEL_ASSIGN_OR_RETURN(stored.files.picture_file,
                         pictures_.write(PictureKind::kPrankPicture, name, 0, picture.png));
  absl::StatusOr<std::string> small =
      pictures_.write(PictureKind::kPrankThumbnail, name, 0, thumbnail);
  if (!small.ok()) {
    remove(stored.files);
    return small.status();
  }
  stored.files.thumbnail_file = *std::move(small);
  return stored;
}

absl::StatusOr<std::string> PrankPictures::picture_of_generation(const std::string& id) const {
  EASEL_ASSIGN_OR_RETURN(const auto record, generations_.get(id));
  if (!record || record->status != GenerationStatus::kDone || record->files.empty()) {
    return no_picture();
  }
  EASEL_ASSIGN_OR_RETURN(const auto file, pictures_.open_file(PictureKind::kPicture,
                                                              record->files.front().picture_file));
  if (!file) return no_picture();
  return file->read_all();
}

void PrankPictures::remove(const TriggerFiles& files) {
  for (const absl::Status& removed :
       {pictures_.remove(PictureKind::kPrankPicture, files.picture_file),
        pictures_.remove(PictureKind::kPrankThumbnail, files.thumbnail_file)}) {
    if (removed.ok()) continue;
    log_event(LogLevel::kWarning, "picture not removed", {{"detail", log_text(removed)}});
  }
}

absl::StatusOr<std::optional<std::string>> PrankPictures::read(
    const std::string& picture_file) const {
  EASEL_ASSIGN_OR_RETURN(const auto file,
                         pictures_.open_file(PictureKind::kPrankPicture, picture_file));
  if (!file) return std::optional<std::string>();
  EASEL_ASSIGN_OR_RETURN(std::string bytes, file->read_all());
  return std::optional(std::move(bytes));
}

}  // namespace easel
