#include "services/worker/image_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/random_bytes.h"
#include "base/utf8.h"
#include "engine/api/request_pictures.h"
#include "services/worker/from_proto.h"
#include "services/worker/grpc_status.h"
#include "services/worker/request_context.h"
#include "services/worker/to_proto.h"

namespace easel {
namespace {

constexpr size_t kMadeIdBytes = 16;

void add_pictures(const v1::GenerateRequest& message, LoggedRequest& asked) {
  asked.num_images = std::max<int64_t>(message.num_images(), 1);
  asked.start_images = message.has_image() ? 1 : 0;
}

void add_pictures(const v1::EditRequest& message, LoggedRequest& asked) {
  asked.start_images = message.images_size();
}

// All but what the call itself brings.
template <typename Message>
LoggedRequest asked_by(const Message& message, const LogOptions& options) {
  LoggedRequest asked;
  asked.model = message.model();
  asked.prompt_length = count_code_points(message.prompt());
  if (options.prompts) asked.prompt = message.prompt();
  add_pictures(message, asked);
  asked.mask = message.has_mask();
  if (message.has_seed()) asked.seed = message.seed();
  if (message.width() > 0) asked.width = message.width();
  if (message.height() > 0) asked.height = message.height();
  if (message.has_steps()) asked.steps = message.steps();
  return asked;
}

absl::Status check_pictures(const PictureReader& reader, GenerateRequest& request) {
  for (const RequestPicture& picture : pictures_of(request)) {
    const auto* file = std::get_if<std::string>(picture.picture);
    if (file == nullptr) continue;
    const absl::Status checked = reader.check(*file);
    if (!checked.ok()) return with_context(checked, picture.field);
  }
  return absl::OkStatus();
}

absl::Status check_can_edit(const ModelIdentity& identity, const std::string& key) {
  const auto& able = identity.capabilities;
  if (std::find(able.begin(), able.end(), Capability::kEdit) != able.end()) return absl::OkStatus();
  return invalid_field("model is '", key, "', which cannot edit: List says which models can");
}

// Completes a job that has its ids. `convert` makes the engine's request of the message for a
// model.
template <typename Message, typename Convert>
absl::StatusOr<Job> complete(Job job, Message& message, const ModelDirectory& models,
                             const PictureReader* pictures, const Convert& convert) {
  EASEL_RETURN_IF_ERROR(check_request_id(job.id));
  EASEL_ASSIGN_OR_RETURN(const RegistryEntry entry, models.find(message.model()));
  EASEL_RETURN_IF_ERROR(models.locate(entry).status());
  job.model = entry.key;
  EASEL_ASSIGN_OR_RETURN(job.request, convert(std::move(message), entry));
  job.request.request_id = job.id;
  if (pictures != nullptr) EASEL_RETURN_IF_ERROR(check_pictures(*pictures, job.request));
  return job;
}

}  // namespace

ImageService::ImageService(const CallServices& services, const ModelDirectory& models,
                           std::shared_ptr<const PictureReader> pictures,
                           std::optional<std::chrono::milliseconds> job_limit)
    : services_(services), models_(models), pictures_(std::move(pictures)), job_limit_(job_limit) {}

template <typename Message, typename Convert>
grpc::ServerWriteReactor<v1::GenerateEvent>* ImageService::start(
    const char* method, const grpc::CallbackServerContext& context, const Message& message,
    const Convert& convert) {
  Job named;
  named.id = message.request_id().empty() ? random_hex(kMadeIdBytes) : message.request_id();
  named.traceparent = traceparent_of(context);
  named.caller_request_id = caller_request_id_of(context);
  named.time_limit = time_limit_of(context, job_limit_);
  LoggedRequest asked = asked_by(message, services_.log_options);
  asked.method = method;
  asked.id = named.id;
  asked.traceparent = named.traceparent;
  asked.caller_request_id = named.caller_request_id;
  // gRPC made the message for this call alone, and not const: its pictures need not be copied.
  absl::StatusOr<Job> job =
      complete(std::move(named), const_cast<Message&>(message), models_, pictures_.get(), convert);
  if (!job.ok()) {
    log_request(services_.log, asked, job.status(), /*memory=*/std::nullopt);
    return GenerateReactor::refuse(job.status());
  }
  asked.model = job->model;
  return GenerateReactor::start(services_, std::move(asked), *std::move(job));
}

grpc::ServerWriteReactor<v1::GenerateEvent>* ImageService::Generate(
    grpc::CallbackServerContext* context, const v1::GenerateRequest* request) {
  return start("Generate", *context, *request,
               [](v1::GenerateRequest&& message, const RegistryEntry& entry) {
                 return from_proto(std::move(message), entry);
               });
}

grpc::ServerWriteReactor<v1::GenerateEvent>* ImageService::Edit(
    grpc::CallbackServerContext* context, const v1::EditRequest* request) {
  return start("Edit", *context, *request,
               [this](v1::EditRequest&& message,
                      const RegistryEntry& entry) -> absl::StatusOr<GenerateRequest> {
                 EASEL_ASSIGN_OR_RETURN(const ModelIdentity identity, models_.identify(entry));
                 EASEL_RETURN_IF_ERROR(check_can_edit(identity, entry.key));
                 return from_proto(std::move(message), entry, identity.max_start_images);
               });
}

grpc::ServerUnaryReactor* ImageService::Cancel(grpc::CallbackServerContext* context,
                                               const v1::CancelRequest* request,
                                               v1::CancelResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status valid = check_request_id(request->request_id());
  if (valid.ok()) response->set_found(services_.engine.cancel(request->request_id()));
  reactor->Finish(to_grpc_status(valid));
  return reactor;
}

grpc::ServerUnaryReactor* ImageService::Status(grpc::CallbackServerContext* context,
                                               const v1::StatusRequest* /*request*/,
                                               v1::StatusResponse* response) {
  const EngineStatus status = services_.engine.status();
  *response = to_proto(status);
  const bool default_model = models_.locate(models_.registry()->default_entry()).ok();
  response->set_ready(!status.draining && default_model);
  const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started_;
  response->set_uptime_seconds(uptime.count());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace easel
