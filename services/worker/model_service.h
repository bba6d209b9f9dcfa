// easel.v1.ModelService: what the registry has, and what is in memory.
#pragma once

#include "easel/v1/model_service.grpc.pb.h"
#include "engine/api/engine.h"
#include "services/worker/load_notes.h"
#include "services/worker/model_directory.h"
#include "services/worker/model_planner.h"
#include "services/worker/task_thread.h"

namespace easel {

// Thread-safe. List and Load read files on a thread of the service's own; Load and Unload answer
// from the engine's.
class ModelService : public v1::ModelService::CallbackService {
 public:
  // All outlive the service.
  ModelService(Engine& engine, const ModelDirectory& models, const ModelPlanner& planner);

  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListRequest* request,
                                 v1::ListResponse* response) override;
  grpc::ServerUnaryReactor* Load(grpc::CallbackServerContext* context,
                                 const v1::LoadRequest* request,
                                 v1::LoadResponse* response) override;
  grpc::ServerUnaryReactor* Unload(grpc::CallbackServerContext* context,
                                   const v1::UnloadRequest* request,
                                   v1::UnloadResponse* response) override;

 private:
  v1::ModelInfo describe(const RegistryEntry& entry) const;
  bool is_loaded(const std::string& key) const;
  void start_load(const RegistryEntry& entry, grpc::ServerUnaryReactor* reactor,
                  v1::LoadResponse* response);

  Engine& engine_;
  const ModelDirectory& models_;
  const ModelPlanner& planner_;
  LoadNotes loads_;
  TaskThread files_;  // last, with the next: their tasks use all of the above
  TaskThread plans_;  // take long: whoever lists without them does not wait for them
};

}  // namespace easel
