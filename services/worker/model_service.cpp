#include "services/worker/model_service.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "services/worker/grpc_status.h"
#include "services/worker/to_proto.h"

namespace easel {
namespace {

constexpr size_t kMaxWaitingLists = 64;

}  // namespace

ModelService::ModelService(Engine& engine, const ModelDirectory& models)
    : engine_(engine), models_(models), files_(kMaxWaitingLists) {}

v1::ModelInfo ModelService::describe(const RegistryEntry& entry) const {
  ModelFacts facts{entry};
  facts.is_default = models_.registry()->default_entry().key == entry.key;
  const absl::StatusOr<ModelIdentity> identity = models_.identify(entry);
  if (identity.ok()) facts.identity = &*identity;
  const absl::Status files = identity.ok() ? models_.check_files(entry) : identity.status();
  facts.problem = std::string(to_std(files.message()));
  const EngineStatus status = engine_.status();
  for (const LoadedModelStatus& model : status.models) {
    if (model.key == entry.key) facts.loaded = &model;
  }
  return to_proto(facts);
}

grpc::ServerUnaryReactor* ModelService::List(grpc::CallbackServerContext* context,
                                             const v1::ListRequest* /*request*/,
                                             v1::ListResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool taken = files_.post([this, reactor, response] {
    for (const RegistryEntry& entry : models_.registry()->entries()) {
      *response->add_models() = describe(entry);
    }
    reactor->Finish(grpc::Status::OK);
  });
  if (!taken) {
    reactor->Finish(to_grpc_status(
        make_error(Reason::kQueueFull, concat(kMaxWaitingLists, " calls of List wait already"))));
  }
  return reactor;
}

grpc::ServerUnaryReactor* ModelService::Load(grpc::CallbackServerContext* context,
                                             const v1::LoadRequest* request,
                                             v1::LoadResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<RegistryEntry> entry = models_.find(request->key());
  if (!entry.ok()) {
    reactor->Finish(to_grpc_status(entry.status()));
    return reactor;
  }
  const std::string key = entry->key;
  engine_.load(key, [this, reactor, response,
                     entry = *std::move(entry)](const absl::StatusOr<LoadedModelStatus>& loaded) {
    if (loaded.ok()) *response->mutable_model() = describe(entry);
    reactor->Finish(to_grpc_status(loaded.status()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* ModelService::Unload(grpc::CallbackServerContext* context,
                                               const v1::UnloadRequest* request,
                                               v1::UnloadResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (request->key().empty()) {
    reactor->Finish(to_grpc_status(invalid_field("key is empty: name the model to unload")));
    return reactor;
  }
  const absl::StatusOr<RegistryEntry> entry = models_.find(request->key());
  if (!entry.ok()) {
    reactor->Finish(to_grpc_status(entry.status()));
    return reactor;
  }
  engine_.unload(entry->key, [reactor, response](bool was_there) {
    response->set_unloaded(was_there);
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

}  // namespace easel
