#include "services/worker/worker.h"

#include <map>
#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/version.h"

namespace easel {
namespace {

// For the last events to reach their readers.
constexpr std::chrono::milliseconds kWriteGrace{2000};

EngineOptions engine_options(const WorkerOptions& options,
                             std::shared_ptr<const PictureReader> pictures, HealthPublisher& health,
                             JsonLog& log) {
  EngineOptions engine;
  engine.pictures = std::move(pictures);
  engine.queue_limit = static_cast<size_t>(options.queue_limit);
  engine.memory_budget_bytes = parse_byte_size(options.memory_budget).value_or(0);
  engine.max_loaded_models = static_cast<size_t>(options.max_loaded_models);
  engine.on_models_changed = [&health](const std::vector<LoadedModelStatus>& models) {
    health.models_changed(models);
  };
  engine.on_model_unloaded = [&log](const UnloadedModel& model) {
    log.write(LogLevel::kInfo, "model unloaded",
              {{"model", model.key}, {"freed_bytes", model.bytes}, {"seconds", model.seconds}});
  };
  return engine;
}

std::optional<std::chrono::milliseconds> job_limit(const WorkerOptions& options) {
  if (options.job_seconds == 0) return std::nullopt;
  return std::chrono::seconds(options.job_seconds);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Worker>> Worker::start(const WorkerOptions& options,
                                                      const ModelPlaces& places, WorkerParts parts,
                                                      JsonLog& log) {
  EASEL_ASSIGN_OR_RETURN(std::unique_ptr<ModelDirectory> models,
                         ModelDirectory::create(places, std::move(parts.probe)));
  for (const std::string& key : options.load) {
    const absl::Status known = models->find(key).status();
    if (!known.ok()) return invalid_field("load: ", known.message());
  }
  std::unique_ptr<Worker> worker(new Worker(options, std::move(models), std::move(parts), log));
  EASEL_ASSIGN_OR_RETURN(
      worker->server_,
      Server::start(options, {&worker->image_service_, &worker->model_service_}, worker->health_));
  log.write(LogLevel::kInfo, "listening",
            {{"address", worker->address()},
             {"version", kVersion},
             {"device", worker->engine_->status().device}});
  worker->preload(options.load);
  return worker;
}

Worker::Worker(const WorkerOptions& options, std::unique_ptr<ModelDirectory> models,
               WorkerParts parts, JsonLog& log)
    : log_(log),
      models_(std::move(models)),
      open_(std::move(parts.open)),
      engine_(make_engine(
          engine_options(options, parts.pictures, health_, log),
          [this](const std::string& key) -> absl::StatusOr<OpenedModel> {
            EASEL_ASSIGN_OR_RETURN(const RegistryEntry entry, models_->find(key));
            EASEL_ASSIGN_OR_RETURN(const LocatedModel located, models_->locate(entry));
            return open_(located);
          },
          std::move(parts.monitor))),
      planner_(std::move(parts.plan), options, *engine_, *models_),
      image_service_({*engine_, log_, {options.log_prompts}}, *models_, std::move(parts.pictures),
                     job_limit(options)),
      model_service_(*engine_, *models_, planner_) {
  tell_models();
}

Worker::~Worker() {
  if (server_ != nullptr) drain(std::chrono::milliseconds(0));
}

void Worker::preload(const std::vector<std::string>& keys) {
  if (keys.empty()) health_.set_started();
  for (const std::string& key : keys) {
    engine_->load(key, [this, key, last = &key == &keys.back()](
                           const absl::StatusOr<LoadedModelStatus>& loaded) {
      if (loaded.ok()) {
        log_.write(LogLevel::kInfo, "loaded", {{"model", key}, {"bytes", loaded->bytes}});
      } else {
        log_.write(LogLevel::kError, "load_failed",
                   {{"model", key}, {"message", to_std(loaded.status().message())}});
      }
      if (last) health_.set_started();
    });
  }
}

void Worker::tell_models() {
  std::map<std::string, bool> available;
  for (const RegistryEntry& entry : models_->registry()->entries()) {
    available[entry.key] = models_->locate(entry).ok();
  }
  health_.set_models(std::move(available));
}

void Worker::reload() {
  const absl::StatusOr<std::vector<std::string>> changed = models_->reload();
  if (!changed.ok()) {
    log_.write(LogLevel::kError, "registry_broken",
               {{"message", to_std(changed.status().message())}, {"kept", "the one before"}});
    return;
  }
  for (const std::string& key : *changed) engine_->unload(key, nullptr);
  tell_models();
  log_.write(LogLevel::kInfo, "registry_loaded",
             {{"models", models_->registry()->entries().size()}, {"changed", *changed}});
}

void Worker::drain(std::chrono::milliseconds limit) {
  health_.set_draining();
  engine_->drain(limit);
  server_->stop(kWriteGrace);
}

ModelPlaces places_of(const WorkerOptions& options, ModelPlaces places) {
  if (!options.registry.empty()) places.registry = options.registry;
  if (!options.models_dir.empty()) places.models_dir = options.models_dir;
  return places;
}

}  // namespace easel
