// What a prank's trigger answers with: a picture that is there already, told as a worker tells of
// one that it draws.
//
// The generation runner takes it in the worker's place, so that row, files, events and answer have
// the shape of a drawing's, and no caller can tell by them that nothing was drawn.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/image_worker.h"
#include "gateway/known_models.h"
#include "gateway/stored_picture.h"
#include "storage/prank_record.h"

namespace easel {

// Thread-safe. Its picture stays readable when the trigger goes meanwhile.
class TriggerAnswer {
 public:
  // nullptr when a file is gone. What is known of the worker's models fills in the gaps of
  // requests, constants where nothing is. `models` must outlive this.
  static absl::StatusOr<std::shared_ptr<const TriggerAnswer>> open(const PictureStore& pictures,
                                                                   const TriggerFiles& files,
                                                                   KnownModels& models);

  // The events of the picture, `num_images` times, until one is not taken or the generation is
  // cancelled. Decodes the thumbnail for previews, of the picture nothing. invalid_field, as the
  // worker itself, for a model that it has never heard of, and numbers beyond the model's limits.
  absl::Status tell(const WorkerRequest& request,
                    const std::function<absl::Status(WorkerEvent)>& sink,
                    const CancelSignal& cancel) const;

 private:
  TriggerAnswer(std::shared_ptr<const StoredPicture> picture, KnownModels& models)
      : picture_(std::move(picture)), models_(models) {}

  absl::StatusOr<std::string> make_preview(const WorkerResult& result) const;

  const std::shared_ptr<const StoredPicture> picture_;
  KnownModels& models_;
};

}  // namespace easel
