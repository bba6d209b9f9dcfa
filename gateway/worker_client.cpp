#include "gateway/worker_client.h"

#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "easel/v1/image_service.grpc.pb.h"
#include "easel/v1/model_service.grpc.pb.h"
#include "gateway/api_error.h"
#include "gateway/worker_model_reader.h"
#include "google/rpc/error_info.pb.h"

namespace easel {
namespace {

constexpr int kMaxMessageBytes = 80 << 20;
constexpr int kFirstReconnectMs = 100, kMaxReconnectMs = 1000;

constexpr std::array kReasons = {
    Reason::kInvalidField, Reason::kModelMissing, Reason::kComponentMissing, Reason::kBadWeights,
    Reason::kQueueFull,    Reason::kOutOfMemory,  Reason::kInferenceFailed,  Reason::kDeadline,
    Reason::kCancelled,    Reason::kDraining,
};

// The program's error when the worker named its reason, else one by gRPC's code. gRPC's own
// messages hold addresses; public_error() keeps them from callers.
absl::Status to_status(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) {
      if (detail.Is<google::rpc::ErrorInfo>()) detail.UnpackTo(&info);
    }
  }
  for (const Reason reason : kReasons) {
    if (info.reason() == reason_name(reason)) return make_error(reason, status.error_message());
  }
  const std::string detail =
      concat("gRPC code ", static_cast<int>(status.error_code()), ": ", status.error_message());
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::CANCELLED:  // not by this side: the worker ends
      return with_detail(api_error(ErrorCode::kWorkerUnavailable), detail);
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return with_detail(make_error(Reason::kDeadline, "the worker took too long"), detail);
    default:
      return with_detail(make_error(Reason::kInferenceFailed, "the worker failed"), detail);
  }
}

void set_up(grpc::ClientContext& context, const WorkerCallContext& call) {
  context.set_deadline(std::chrono::system_clock::now() + call.timeout);
  if (!call.request_id.empty()) context.AddMetadata("x-request-id", call.request_id);
  if (!call.traceparent.empty()) context.AddMetadata("traceparent", call.traceparent);
}

// The fields that both messages have under the same names.
template <typename Message>
Message to_common_proto(const WorkerRequest& from) {
  Message to;
  to.set_request_id(from.request_id);
  to.set_model(from.model);
  to.set_prompt(from.prompt);
  if (from.negative_prompt) to.set_negative_prompt(*from.negative_prompt);
  to.set_width(from.width);
  to.set_height(from.height);
  to.set_max_default_side(from.max_default_side);
  if (from.steps) to.set_steps(*from.steps);
  if (from.guidance) to.set_guidance(static_cast<float>(*from.guidance));
  if (from.seed) to.set_seed(*from.seed);
  to.set_preview_every(from.preview_every);
  if (!from.mask.empty()) to.mutable_mask()->set_data(from.mask);
  if (from.strength) to.set_strength(static_cast<float>(*from.strength));
  to.mutable_options()->insert(from.options.begin(), from.options.end());
  return to;
}

v1::GenerateRequest to_generate_proto(const WorkerRequest& from) {
  auto to = to_common_proto<v1::GenerateRequest>(from);
  to.set_num_images(from.num_images);
  to.set_sampler(from.sampler);
  if (!from.image.empty()) to.mutable_image()->set_data(from.image);
  return to;
}

v1::EditRequest to_edit_proto(const WorkerRequest& from) {
  auto to = to_common_proto<v1::EditRequest>(from);
  for (const std::string& image : from.edit_images) to.add_images()->set_data(image);
  return to;
}

WorkerStep from_proto(v1::Step& from) {
  WorkerStep to{from.step(), from.steps(), {}, {}};
  if (!from.has_preview()) return to;
  to.preview = std::move(*from.mutable_preview()->mutable_data());
  to.preview_media_type =
      from.preview().media_type().empty() ? "image/png" : from.preview().media_type();
  return to;
}

WorkerResult from_proto(const v1::Result& from) {
  WorkerResult to;
  to.model = from.model();
  to.family = from.family();
  to.variant = from.variant();
  to.fingerprint = from.fingerprint();
  to.sampler = from.sampler();
  to.seed = from.seed();
  to.width = from.width();
  to.height = from.height();
  to.steps = from.steps();
  if (from.has_guidance()) to.guidance = shortest(from.guidance());
  for (const auto& stage : from.seconds()) to.seconds.emplace_back(stage.stage(), stage.seconds());
  to.warnings.assign(from.warnings().begin(), from.warnings().end());
  return to;
}

template <typename Progress>
WorkerProgress progress(const char* stage, const Progress& from) {
  return {stage, from.done(), from.units()};
}

std::optional<WorkerEvent> from_proto(v1::GenerateEvent& event) {
  switch (event.event_case()) {
    case v1::GenerateEvent::kQueued:
      return WorkerQueued{event.queued().position(), event.queued().length()};
    case v1::GenerateEvent::kLoading:
      return progress("loading", event.loading());
    case v1::GenerateEvent::kEncoding:
      return progress("encoding", event.encoding());
    case v1::GenerateEvent::kThinking:
      return WorkerThinking{event.thinking().text()};
    case v1::GenerateEvent::kStep:
      return from_proto(*event.mutable_step());
    case v1::GenerateEvent::kDecoding:
      return progress("decoding", event.decoding());
    case v1::GenerateEvent::kImageReady:
      return WorkerImage{event.image_ready().index(),
                         std::move(*event.mutable_image_ready()->mutable_image()->mutable_data())};
    case v1::GenerateEvent::kResult:
      return from_proto(event.result());
    case v1::GenerateEvent::EVENT_NOT_SET:
      return std::nullopt;  // of a newer worker
  }
  return std::nullopt;
}

WorkerStatus from_proto(const v1::StatusResponse& from) {
  WorkerStatus to;
  to.ready = from.ready();
  to.draining = from.draining();
  to.version = from.version();
  to.queue_length = from.queue_length();
  to.queue_limit = from.queue_limit();
  for (const v1::Device& device : from.devices()) {
    to.devices.push_back(
        {device.name(), device.total_bytes(), device.budget_bytes(), device.used_bytes()});
  }
  for (const v1::RunningJob& job : from.running()) {
    to.running.push_back(
        {job.request_id(), job.model(), job.stage(), job.done(), job.units(), job.seconds()});
  }
  for (const v1::LoadedModel& model : from.models()) {
    to.models.push_back({model.key(), model.fingerprint(), model.bytes()});
  }
  return to;
}

// gRPC 1.51 may wait for ever for a thread of its own when its last user goes (its executor's, in
// the poller of last resort): there always is one more user, until the process ends.
void keep_grpc() {
  static const bool kKept = (grpc_init(), true);
  static_cast<void>(kKept);
}

std::shared_ptr<grpc::Channel> make_channel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  // gRPC's own back-off grows to two minutes: a worker that is back would stay unused.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  // Not through a proxy of the environment, and no channel shared with another client.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

class WorkerClient final : public ImageWorker {
 public:
  explicit WorkerClient(const std::string& address)
      : channel_(make_channel(address)),
        images_(v1::ImageService::NewStub(channel_)),
        models_(v1::ModelService::NewStub(channel_)) {}

  absl::Status generate(const WorkerRequest& request, const WorkerCallContext& call,
                        const std::function<absl::Status(WorkerEvent)>& sink,
                        CancelSignal& cancel) override {
    grpc::ClientContext context;
    set_up(context, call);
    cancel.set_callback([&] { context.TryCancel(); });
    const auto reader = request.edit_images.empty()
                            ? images_->Generate(&context, to_generate_proto(request))
                            : images_->Edit(&context, to_edit_proto(request));
    absl::Status refused;
    v1::GenerateEvent event;
    bool begun = false;
    while (reader->Read(&event)) {
      begun |= !event.has_queued();
      std::optional<WorkerEvent> plain = from_proto(event);
      if (refused.ok() && plain) refused = sink(*std::move(plain));
      if (!refused.ok()) context.TryCancel();
    }
    const grpc::Status ended = reader->Finish();
    cancel.set_callback(nullptr);
    if (!refused.ok()) return refused;
    if (ended.ok()) return absl::OkStatus();
    if (absl::Status why = cancel.why(); !why.ok()) return why;
    return begun ? lost_or(ended) : to_status(ended);
  }

  absl::StatusOr<WorkerStatus> status(const WorkerCallContext& call) override {
    grpc::ClientContext context;
    set_up(context, call);
    v1::StatusResponse response;
    const grpc::Status ended = images_->Status(&context, {}, &response);
    if (!ended.ok()) return unavailable_or(ended);
    return from_proto(response);
  }

  absl::StatusOr<std::vector<WorkerModel>> models(const WorkerCallContext& call) override {
    return list(call, /*with_plans=*/false);
  }
  absl::StatusOr<std::vector<WorkerModel>> planned_models(const WorkerCallContext& call) override {
    return list(call, /*with_plans=*/true);
  }

  absl::Status load_model(const std::string& key, const WorkerCallContext& call) override {
    grpc::ClientContext context;
    set_up(context, call);
    v1::LoadRequest request;
    request.set_key(key);
    v1::LoadResponse response;
    const grpc::Status ended = models_->Load(&context, request, &response);
    return ended.ok() ? absl::OkStatus() : to_status(ended);
  }

  absl::Status unload_model(const std::string& key, const WorkerCallContext& call) override {
    grpc::ClientContext context;
    set_up(context, call);
    v1::UnloadRequest request;
    request.set_key(key);
    v1::UnloadResponse response;
    const grpc::Status ended = models_->Unload(&context, request, &response);
    return ended.ok() ? absl::OkStatus() : to_status(ended);
  }

 private:
  absl::StatusOr<std::vector<WorkerModel>> list(const WorkerCallContext& call, bool with_plans) {
    grpc::ClientContext context;
    set_up(context, call);
    v1::ListRequest request;
    request.set_with_plans(with_plans);
    v1::ListResponse response;
    const grpc::Status ended = models_->List(&context, request, &response);
    if (!ended.ok()) return unavailable_or(ended);
    std::vector<WorkerModel> models;
    for (const v1::ModelInfo& model : response.models()) models.push_back(read_model(model));
    return models;
  }

  // The same end of a connection says something else when the worker was drawing: it was there, and
  // what it was asked for may be why it is no more.
  static absl::Status lost_or(const grpc::Status& status) {
    absl::Status error = to_status(status);
    if (status.error_details().empty() &&
        public_error(error).code == ErrorCode::kWorkerUnavailable) {
      return with_detail(api_error(ErrorCode::kWorkerLost), log_text(error));
    }
    return error;
  }
  // A question that takes no work: silence means that nobody is there.
  static absl::Status unavailable_or(const grpc::Status& status) {
    if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      return api_error(ErrorCode::kWorkerUnavailable);
    }
    return to_status(status);
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ImageService::Stub> images_;
  std::unique_ptr<v1::ModelService::Stub> models_;
};

}  // namespace

std::unique_ptr<ImageWorker> make_worker_client(const std::string& address) {
  keep_grpc();
  return std::make_unique<WorkerClient>(address);
}

}  // namespace easel
