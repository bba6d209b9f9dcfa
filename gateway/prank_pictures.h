// The pictures of triggers: read, made plain, stored under names that nobody can guess.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/prank_body.h"
#include "gateway/uploaded_picture.h"
#include "storage/generation_store.h"
#include "storage/picture_store.h"
#include "storage/trigger_store.h"

namespace easel {

// A checked picture of an encoded file, as read_upload(); `field` is what its errors name.
using UploadReader =
    std::function<absl::StatusOr<UploadedPicture>(std::string_view bytes, std::string_view field)>;

// The bytes of both files.
struct TriggerImage {
  std::string png;
  std::string thumbnail;  // WebP
};

// Where they are kept; the stores must outlive their users.
struct PrankPictureParts {
  GenerationStore& generations;
  PictureStore& pictures;
  uint64_t max_bytes = std::numeric_limits<uint64_t>::max();  // of all pictures of pranks
};

// Thread-safe.
class PrankPictures {
 public:
  PrankPictures(UploadReader read_upload, const PrankPictureParts& parts);

  // Both files of the picture that the order names, in no row yet. A generation's is copied without
  // the texts in its file, which would tell visitors what it was drawn from. Errors: invalid_field
  // (no picture, or no generation with one), storage_failed (also when all pictures of pranks would
  // take more than they may, or would leave too little of the disk for generations); then no file
  // is left.
  absl::StatusOr<TriggerPicture> store(const TriggerOrder& order);

  // Of files that no row has any more. What cannot be removed now is swept at the next start.
  void remove(const TriggerFiles& files);

  // nullopt when a file is gone.
  absl::StatusOr<std::optional<TriggerImage>> read(const TriggerFiles& files) const;

 private:
  absl::StatusOr<std::string> picture_of_generation(const std::string& id) const;
  absl::StatusOr<TriggerFiles> write(const std::string& png, const std::string& thumbnail);
  absl::Status take_room(uint64_t bytes);
  void remove_one(PictureKind kind, const std::string& name);

  const UploadReader read_upload_;
  const PrankPictureParts parts_;
  std::mutex mutex_;
  uint64_t bytes_ = 0;  // of all pictures of pranks; guarded by mutex_
};

}  // namespace easel
