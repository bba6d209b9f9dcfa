#include "gateway/ready_picture.h"

#include <algorithm>

#include "base/error.h"
#include "base/random_bytes.h"
#include "engine/image/decode.h"
#include "engine/image/picture_header.h"
#include "engine/image/png.h"
#include "engine/image/resize.h"
#include "gateway/api_error.h"

namespace easel {
namespace {

constexpr uint32_t kUsualSteps = 20;
constexpr double kUsualGuidance = 3.5;
constexpr int kPixelsPerLatent = 8;  // previews are as large as a model's latents

uint64_t random_seed() {
  constexpr uint64_t kLargest = (uint64_t{1} << 53) - 1;
  return std::stoull(random_hex(sizeof(uint64_t)), nullptr, 16) & kLargest;
}

// The model that the request names, or the default; nullptr when the list has none.
const WorkerModel* find_model(const std::vector<WorkerModel>& models, const std::string& key) {
  for (const WorkerModel& model : models) {
    if (key.empty() ? model.is_default : model.key == key) return &model;
  }
  return nullptr;
}

WorkerResult result_of(const WorkerRequest& request, const WorkerModel& model) {
  WorkerResult result;
  result.model = model.key;
  result.family = model.family;
  result.variant = model.variant;
  result.fingerprint = model.fingerprint;
  result.sampler = request.sampler.empty() ? "euler" : request.sampler;
  result.seed = request.seed ? *request.seed : random_seed();
  result.steps = request.steps.value_or(model.steps.value_or(kUsualSteps));
  result.guidance = request.guidance.value_or(model.guidance.value_or(kUsualGuidance));
  return result;
}

// Of the thumbnail, which has about as many pixels: a visitor must not make the server decode
// megapixels again and again.
absl::StatusOr<std::string> make_preview(const std::string& thumbnail, const PictureHeader& whole) {
  EASEL_ASSIGN_OR_RETURN(const Image small, decode_image(thumbnail));
  const auto side = [](int64_t pixels) {
    return static_cast<int>(std::max<int64_t>(1, pixels / kPixelsPerLatent));
  };
  return encode_png(resize(small, side(whole.width), side(whole.height), Resample::kBilinear), {});
}

// Sends events until one is not taken or the generation is cancelled.
class Sender {
 public:
  Sender(const std::function<absl::Status(WorkerEvent)>& sink, const CancelSignal& cancel)
      : sink_(sink), cancel_(cancel) {}

  void send(WorkerEvent event) {
    if (status_.ok()) status_ = cancel_.why();
    if (status_.ok()) status_ = sink_(std::move(event));
  }
  const absl::Status& status() const { return status_; }

 private:
  const std::function<absl::Status(WorkerEvent)>& sink_;
  const CancelSignal& cancel_;
  absl::Status status_;
};

}  // namespace

absl::Status ReadyPicture::generate(const WorkerRequest& request, const WorkerCallContext& context,
                                    const std::function<absl::Status(WorkerEvent)>& sink,
                                    CancelSignal& cancel) {
  const auto started = std::chrono::steady_clock::now();
  const auto models = worker_.models({context.request_id, context.traceparent, worker_timeout_});
  const WorkerModel* model = models.ok() ? find_model(*models, request.model) : nullptr;
  if (models.ok() && model == nullptr && !request.model.empty()) {
    return api_error(ErrorCode::kInvalidField, "'engine' names no model of this server");
  }
  WorkerModel unknown;
  unknown.key = request.model;
  WorkerResult result = result_of(request, model == nullptr ? unknown : *model);
  EASEL_ASSIGN_OR_RETURN(const PictureHeader picture, read_picture_header(image_.png));
  result.width = static_cast<uint32_t>(picture.width);
  result.height = static_cast<uint32_t>(picture.height);
  std::string preview;
  if (request.preview_every > 0) {
    EASEL_ASSIGN_OR_RETURN(preview, make_preview(image_.thumbnail, picture));
  }
  Sender sender(sink, cancel);
  sender.send(WorkerQueued{});
  sender.send(WorkerProgress{"encoding", 1, 1});
  for (uint32_t step = 1; step <= result.steps; ++step) {
    const bool shows = request.preview_every > 0 && step % request.preview_every == 0;
    sender.send(WorkerStep{step, result.steps, shows ? preview : "", shows ? "image/png" : ""});
  }
  sender.send(WorkerProgress{"decoding", 1, 1});
  for (uint32_t index = 0; index < request.num_images; ++index) {
    sender.send(WorkerImage{index, image_.png, image_.thumbnail});
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started;
  result.seconds = {{"encode", 0}, {"denoise", passed.count()}, {"decode", 0}};
  sender.send(std::move(result));
  return sender.status();
}

}  // namespace easel
