// The pictures of triggers: read, made plain, stored under names that nobody can guess.
#pragma once

#include <functional>
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

// Thread-safe.
class PrankPictures {
 public:
  // The stores must outlive it.
  PrankPictures(UploadReader read_upload, GenerationStore& generations, PictureStore& pictures)
      : read_upload_(std::move(read_upload)), generations_(generations), pictures_(pictures) {}

  // Both files of the picture that the order names, in no row yet. A generation's is copied without
  // the texts in its file, which would tell visitors what it was drawn from. Errors: invalid_field
  // (no picture, or no generation with one), storage_failed; then no file is left.
  absl::StatusOr<TriggerPicture> store(const TriggerOrder& order);

  // Of files that no row has any more. What cannot be removed now is swept at the next start.
  void remove(const TriggerFiles& files);

  // nullopt when the file is gone.
  absl::StatusOr<std::optional<std::string>> read(const std::string& picture_file) const;

 private:
  absl::StatusOr<std::string> picture_of_generation(const std::string& id) const;

  const UploadReader read_upload_;
  GenerationStore& generations_;
  PictureStore& pictures_;
};

}  // namespace easel
