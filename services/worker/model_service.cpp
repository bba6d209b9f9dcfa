#include "services/worker/model_service.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "services/worker/grpc_status.h"
#include "services/worker/to_proto.h"

namespace easel {
namespace {

constexpr size_t kMaxWaitingCalls = 64;

absl::Status too_many_calls() {
  return make_error(Reason::kQueueFull,
                    concat(kMaxWaitingCalls, " calls of List and Load wait already"));
}

}  // namespace

ModelService::ModelService(Engine& engine, const ModelDirectory& models,
                           const ModelPlanner& planner)
    : engine_(engine),
      models_(models),
      planner_(planner),
      files_(kMaxWaitingCalls),
      plans_(kMaxWaitingCalls) {}

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
  facts.load = loads_.of(entry.key);
  // What a later job has brought after all is no problem any more.
  if (facts.loaded != nullptr && !facts.loaded->loading) facts.load.problem.clear();
  return to_proto(facts);
}

grpc::ServerUnaryReactor* ModelService::List(grpc::CallbackServerContext* context,
                                             const v1::ListRequest* request,
                                             v1::ListResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool plans = request->with_plans();
  const bool taken = (plans ? plans_ : files_).post([this, context, reactor, response, plans] {
    const std::shared_ptr<const ModelRegistry> registry = models_.registry();
    for (const RegistryEntry& entry : registry->entries()) {
      if (context->IsCancelled()) break;  // nobody waits any more
      v1::ModelInfo& model = *response->add_models();
      model = describe(entry);
      if (plans) planner_.add_plan(entry, model);
    }
    reactor->Finish(grpc::Status::OK);
  });
  if (!taken) reactor->Finish(to_grpc_status(too_many_calls()));
  return reactor;
}

bool ModelService::is_loaded(const std::string& key) const {
  const EngineStatus status = engine_.status();
  return std::any_of(status.models.begin(), status.models.end(),
                     [&](const LoadedModelStatus& model) { return model.key == key; });
}

void ModelService::start_load(const RegistryEntry& entry, grpc::ServerUnaryReactor* reactor,
                              v1::LoadResponse* response) {
  engine_.load(entry.key,
               [this, reactor, response, entry](const absl::StatusOr<LoadedModelStatus>& loaded) {
                 loads_.end(entry.key, loaded.status());
                 if (loaded.ok()) *response->mutable_model() = describe(entry);
                 reactor->Finish(to_grpc_status(loaded.status()));
               });
}

grpc::ServerUnaryReactor* ModelService::Load(grpc::CallbackServerContext* context,
                                             const v1::LoadRequest* request,
                                             v1::LoadResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<RegistryEntry> entry = models_.find(request->key());
  if (!entry.ok()) {
    reactor->Finish(to_grpc_status(entry.status()));
    return reactor;
  }
  loads_.begin(entry->key);
  const bool taken = plans_.post([this, reactor, response, entry = *entry] {
    const absl::Status fits = is_loaded(entry.key) ? absl::OkStatus() : planner_.check_fits(entry);
    if (fits.ok()) {
      start_load(entry, reactor, response);
    } else {
      loads_.end(entry.key, fits);
      reactor->Finish(to_grpc_status(fits));
    }
  });
  if (!taken) {
    loads_.end(entry->key, too_many_calls());
    reactor->Finish(to_grpc_status(too_many_calls()));
  }
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
  loads_.forget_problem(entry->key);
  engine_.unload(entry->key, [reactor, response](bool was_there) {
    response->set_unloaded(was_there);
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

}  // namespace easel
