// The pictures of triggers: read, made plain, stored under names that nobody can guess.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
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

// A picture as it was sent, or as a generation made it; nothing of it was decoded.
struct EncodedPicture {
  std::string bytes;
  std::string_view field;     // that said which picture it is
  std::string generation_id;  // "" for an uploaded one
};

// Where they are kept; the stores must outlive their users.
struct PrankPictureParts {
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  GenerationStore& generations;
  PictureStore& pictures;
  uint64_t max_bytes = kNoLimit;  // of all pictures of pranks
};

// Thread-safe.
class PrankPictures {
 public:
  PrankPictures(UploadReader read_upload, const PrankPictureParts& parts);

  // The picture that the order names, whose upload is moved out of it. Costs little. Errors:
  // invalid_field (no generation with a picture), storage_failed (all pictures of pranks take what
  // they may, or would leave too little of the disk for generations).
  absl::StatusOr<EncodedPicture> find(TriggerOrder& order) const;

  // Both files of the picture, in no row yet. A generation's is copied without the texts in its
  // file, which would tell visitors what it was drawn from. Errors: invalid_field (no picture), as
  // read_upload(), storage_failed (it does not fit beside the others); then no file is left.
  absl::StatusOr<TriggerPicture> store(const EncodedPicture& encoded);

  // Of files that no row has any more. What cannot be removed now is swept at the next start.
  void remove(const TriggerFiles& files);

 private:
  absl::StatusOr<std::string> picture_of_generation(const std::string& id) const;
  absl::StatusOr<TriggerFiles> write(const std::string& png, const std::string& thumbnail);
  absl::Status check_room(uint64_t bytes) const;
  absl::Status take_room(uint64_t bytes);
  void remove_one(PictureKind kind, const std::string& name);

  const UploadReader read_upload_;
  const PrankPictureParts parts_;
  mutable std::mutex mutex_;
  uint64_t bytes_ = 0;  // of all pictures of pranks; guarded by mutex_
};

}  // namespace easel
