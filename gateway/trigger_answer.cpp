#include "gateway/trigger_answer.h"

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

// Of as many bits as a drawing's.
uint64_t random_seed() { return std::stoull(random_hex(sizeof(uint32_t)), nullptr, 16); }

absl::Status check_range(std::string_view field, double value,
                         const std::optional<NumberRange>& allowed) {
  if (!allowed || (value >= allowed->first && value <= allowed->second)) return absl::OkStatus();
  return invalid_field(field, " is ", value, ": allowed are ", allowed->first, " to ",
                       allowed->second);
}

// What the model's own limits refuse of a drawing, in the worker's words. Samplers and options only
// the worker knows.
absl::Status check_limits(const WorkerRequest& request, const WorkerModel& model) {
  for (const auto& [field, pixels] :
       {std::pair("width", request.width), std::pair("height", request.height)}) {
    if (pixels > 0) EASEL_RETURN_IF_ERROR(check_range(field, pixels, model.allowed_side));
  }
  if (request.steps) {
    EASEL_RETURN_IF_ERROR(check_range("steps", *request.steps, model.allowed_steps));
  }
  if (!request.guidance) return absl::OkStatus();
  return check_range("guidance", *request.guidance, model.allowed_guidance);
}

// The stages that a worker names, one after the other; all the time that passed is the steps'.
std::vector<std::pair<std::string, double>> stage_seconds(bool from_picture, double passed) {
  std::vector<std::pair<std::string, double>> seconds = {{"queue", 0}};
  if (from_picture) seconds.emplace_back("read", 0);
  for (const char* const stage : {"load", "encode"}) seconds.emplace_back(stage, 0);
  if (from_picture) seconds.emplace_back("encode_image", 0);
  seconds.emplace_back("denoise", passed);
  for (const char* const stage : {"decode", "png"}) seconds.emplace_back(stage, 0);
  return seconds;
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

absl::StatusOr<std::optional<OpenPicture>> open_picture(const PictureStore& pictures,
                                                        PictureKind kind, const std::string& name) {
  EASEL_ASSIGN_OR_RETURN(std::optional<StoredFile> file, pictures.open_file(kind, name));
  if (!file) return std::optional<OpenPicture>();
  return std::optional(OpenPicture{kind, name, *std::move(file)});
}

// Of a picture that this program has written: the first bytes are enough.
absl::StatusOr<PictureHeader> read_header(const StoredFile& file) {
  constexpr uint64_t kFirstBytes = 4096;
  std::string bytes(static_cast<size_t>(std::min(kFirstBytes, file.bytes())), '\0');
  EASEL_RETURN_IF_ERROR(file.read(0, bytes.size(), bytes.data()));
  return read_picture_header(bytes);
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

absl::StatusOr<std::shared_ptr<const TriggerAnswer>> TriggerAnswer::open(
    const PictureStore& pictures, const TriggerFiles& files, KnownModels& models) {
  EASEL_ASSIGN_OR_RETURN(auto whole,
                         open_picture(pictures, PictureKind::kPrankPicture, files.picture_file));
  EASEL_ASSIGN_OR_RETURN(
      auto thumbnail, open_picture(pictures, PictureKind::kPrankThumbnail, files.thumbnail_file));
  if (!whole || !thumbnail) return nullptr;
  auto picture =
      std::make_shared<StoredPicture>(StoredPicture{*std::move(whole), *std::move(thumbnail)});
  return std::shared_ptr<const TriggerAnswer>(new TriggerAnswer(std::move(picture), models));
}

// Of the thumbnail, which has about as many pixels: a visitor must not make the server decode
// megapixels again and again.
absl::StatusOr<std::string> TriggerAnswer::make_preview(const WorkerResult& result) const {
  EASEL_ASSIGN_OR_RETURN(const std::string thumbnail, picture_->thumbnail.file.read_all());
  EASEL_ASSIGN_OR_RETURN(const Image small, decode_image(thumbnail));
  const auto side = [](uint32_t pixels) {
    return std::max(1, static_cast<int>(pixels) / kPixelsPerLatent);
  };
  return encode_png(resize(small, side(result.width), side(result.height), Resample::kBilinear),
                    {});
}

absl::Status TriggerAnswer::tell(const WorkerRequest& request,
                                 const std::function<absl::Status(WorkerEvent)>& sink,
                                 const CancelSignal& cancel) const {
  const auto started = std::chrono::steady_clock::now();
  const bool from_picture = !request.image.empty();  // it is let go of after the first event
  const auto models = models_.list(request.model);
  const WorkerModel* model =
      models == nullptr ? nullptr : KnownModels::find(*models, request.model);
  if (models != nullptr && model == nullptr && !request.model.empty()) {
    return api_error(ErrorCode::kInvalidField, "'engine' names no model of this server");
  }
  WorkerModel unknown;
  unknown.key = request.model;
  if (model == nullptr) model = &unknown;
  EASEL_RETURN_IF_ERROR(check_limits(request, *model));
  WorkerResult result = result_of(request, *model);
  EASEL_ASSIGN_OR_RETURN(const PictureHeader header, read_header(picture_->whole.file));
  result.width = static_cast<uint32_t>(header.width);
  result.height = static_cast<uint32_t>(header.height);
  std::string preview;
  if (request.preview_every > 0) {
    EASEL_ASSIGN_OR_RETURN(preview, make_preview(result));
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
    sender.send(WorkerImage{index, "", picture_});
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started;
  result.seconds = stage_seconds(from_picture, passed.count());
  sender.send(std::move(result));
  return sender.status();
}

}  // namespace easel
