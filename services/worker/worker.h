// The worker as a whole: registry, engine, services, server.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/json_log.h"
#include "engine/api/engine.h"
#include "services/worker/health_publisher.h"
#include "services/worker/image_service.h"
#include "services/worker/model_directory.h"
#include "services/worker/model_planner.h"
#include "services/worker/model_service.h"
#include "services/worker/server.h"
#include "services/worker/worker_options.h"

namespace easel {

// What the worker computes with: the engine's, or a test's.
struct WorkerParts {
  std::function<absl::StatusOr<OpenedModel>(const LocatedModel&)> open;
  ModelProbe probe;
  PlanMemory plan;  // null: no plans
  std::unique_ptr<DeviceMonitor> monitor;
  std::shared_ptr<const PictureReader> pictures;  // of callers; null: the models read them
};

// Thread-safe.
class Worker {
 public:
  // Listens when it returns. `log` outlives the worker. INVALID_FIELD: registry, address,
  // certificates, a key of options.load that is not in the registry.
  static absl::StatusOr<std::unique_ptr<Worker>> start(const WorkerOptions& options,
                                                       const ModelPlaces& places, WorkerParts parts,
                                                       JsonLog& log);
  ~Worker();  // drain(0)

  const std::string& address() const { return server_->address(); }

  // Reads the registry again; a broken one is logged, and the old one stays.
  void reload();

  // Takes no new jobs, and returns when all that were there have been answered; after `limit` they
  // are cancelled.
  void drain(std::chrono::milliseconds limit);

 private:
  Worker(const WorkerOptions& options, std::unique_ptr<ModelDirectory> models, WorkerParts parts,
         JsonLog& log);
  void preload(const std::vector<std::string>& keys);
  void tell_models();

  JsonLog& log_;
  HealthPublisher health_;
  const std::unique_ptr<ModelDirectory> models_;
  const std::function<absl::StatusOr<OpenedModel>(const LocatedModel&)> open_;
  std::unique_ptr<Engine> engine_;
  const ModelPlanner planner_;
  ImageService image_service_;
  ModelService model_service_;
  std::unique_ptr<Server> server_;
};

// `places` with what the options name instead.
ModelPlaces places_of(const WorkerOptions& options, ModelPlaces places);

}  // namespace easel
