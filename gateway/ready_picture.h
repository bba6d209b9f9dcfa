// A picture that is there already, as a worker that makes it: what a prank's trigger answers with.
//
// It is run like any other generation, so that its row, files, events and answer have the same
// shape, and no caller can tell by them that nothing was drawn.
#pragma once

#include <chrono>
#include <string>

#include "gateway/image_worker.h"
#include "gateway/prank_pictures.h"

namespace easel {

// Thread-safe.
class ReadyPicture final : public ImageWorker {
 public:
  // `image` is a picture of ours: only its header is read, and its thumbnail for previews. What the
  // real `worker` says of its models fills in the request's gaps; where it does not answer within
  // `worker_timeout`, constants do. It must outlive this.
  ReadyPicture(TriggerImage image, ImageWorker& worker, std::chrono::milliseconds worker_timeout)
      : image_(std::move(image)), worker_(worker), worker_timeout_(worker_timeout) {}

  // The picture, `num_images` times. invalid_field for a model that the worker has never heard of,
  // as the worker itself.
  absl::Status generate(const WorkerRequest& request, const WorkerCallContext& context,
                        const std::function<absl::Status(WorkerEvent)>& sink,
                        CancelSignal& cancel) override;
  absl::StatusOr<WorkerStatus> status(const WorkerCallContext& context) override {
    return worker_.status(context);
  }
  absl::StatusOr<std::vector<WorkerModel>> models(const WorkerCallContext& context) override {
    return worker_.models(context);
  }
  absl::StatusOr<std::vector<WorkerModel>> planned_models(
      const WorkerCallContext& context) override {
    return worker_.planned_models(context);
  }
  absl::Status load_model(const std::string& key, const WorkerCallContext& context) override {
    return worker_.load_model(key, context);
  }
  absl::Status unload_model(const std::string& key, const WorkerCallContext& context) override {
    return worker_.unload_model(key, context);
  }

 private:
  const TriggerImage image_;
  ImageWorker& worker_;
  const std::chrono::milliseconds worker_timeout_;
};

}  // namespace easel
