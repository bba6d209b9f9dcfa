// What grpc.health.v1 answers: the worker as a whole (services "", "easel.v1.ImageService",
// "easel.v1.ModelService") and each model ("easel.model.KEY").
//
// The worker is NOT_SERVING until its first models are loaded, while any model loads, and while it
// drains. A model is NOT_SERVING while its files are missing or it loads, and while the worker
// drains; one that is not in memory is loaded by its first request, and counts as SERVING.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/api/engine.h"

namespace grpc {
class HealthCheckServiceInterface;
}

namespace easel {

// Thread-safe.
class HealthPublisher {
 public:
  // The server's; from now on until detach() it is told. May be null.
  void attach(grpc::HealthCheckServiceInterface* service);
  void detach() { attach(nullptr); }

  // The registry's keys, and whether their files are there.
  void set_models(std::map<std::string, bool> available);
  // As EngineOptions::on_models_changed.
  void models_changed(const std::vector<LoadedModelStatus>& models);
  void set_started();
  void set_draining();

 private:
  void publish();

  std::mutex mutex_;
  // Under mutex_:
  grpc::HealthCheckServiceInterface* service_ = nullptr;
  std::map<std::string, bool> available_;
  std::vector<std::string> loading_;
  std::vector<std::string> published_;  // models that were told of, and must be told when they go
  bool started_ = false;
  bool draining_ = false;
};

}  // namespace easel
