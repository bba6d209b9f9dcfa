// The engine as services see it: jobs go in, events come out, models come and go.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/api/device_monitor.h"
#include "engine/api/job.h"
#include "engine/api/model.h"

namespace easel {

struct OpenedModel {
  std::unique_ptr<Model> model;
  std::string fingerprint;
};

// Opens the model of a key: configs and headers, no weights. Called on the engine's thread only.
using ModelOpener = std::function<absl::StatusOr<OpenedModel>(const std::string& key)>;

struct RunningJobStatus {
  std::string id;
  std::string model;
  std::string stage;  // "load", "encode", "denoise", "decode"
  int64_t done = 0;
  int64_t units = 0;
  double seconds = 0;  // since it left the queue
};

struct LoadedModelStatus {
  std::string key;
  std::string fingerprint;  // "" until it is known
  int64_t bytes = 0;        // of its weights in memory
  bool loading = false;
};

struct UnloadedModel {
  std::string key;
  int64_t bytes = 0;   // of its weights, that are free now
  double seconds = 0;  // that it took
};

struct EngineOptions {
  size_t queue_limit = 64;          // jobs that may wait; more are refused at once
  int64_t memory_budget_bytes = 0;  // as the opener gives it to the models; 0: none
  // Reads the pictures of a job when its turn has come, so that jobs that wait hold no pixels.
  // Null: the model reads the files itself.
  std::shared_ptr<const PictureReader> pictures;
  size_t max_loaded_models = 1;  // each takes its weights' memory; the least recently used one goes
  // Called on the engine's thread when a model is there, goes, or begins to load. May be empty.
  std::function<void(const std::vector<LoadedModelStatus>&)> on_models_changed;
  // Called there too, when a model has left memory. May be empty.
  std::function<void(const UnloadedModel&)> on_model_unloaded;
};

struct EngineStatus {
  bool draining = false;
  size_t queue_length = 0;
  size_t queue_limit = 0;
  std::vector<RunningJobStatus> running;
  std::vector<LoadedModelStatus> models;  // by key
  std::string device;
  DeviceMemory memory;
  int64_t memory_budget_bytes = 0;  // 0: none was set
};

// Thread-safe. One job at a time runs, on a thread of the engine's own; no call but drain() waits
// for it.
class Engine {
 public:
  virtual ~Engine() = default;

  // The listener hears of the job until `done`. On an error it hears nothing: QUEUE_FULL, DRAINING,
  // INVALID_FIELD for an id that is in use.
  virtual absl::Status submit(Job job, std::shared_ptr<JobListener> listener) = 0;

  // A waiting job is done at once, a running one before its next unit; both say CANCELLED, or
  // DEADLINE once that has passed. False when there is no such job.
  virtual bool cancel(const std::string& id) = 0;

  virtual EngineStatus status() const = 0;

  // Brings a model with all its weights into memory. `done` is called once, on the engine's thread,
  // after the job that runs: with what is loaded now, or errors as open_model; DRAINING or
  // CANCELLED at the engine's end.
  using LoadDone = std::function<void(absl::StatusOr<LoadedModelStatus>)>;
  virtual void load(const std::string& key, LoadDone done) = 0;

  // Takes a model out of memory; `done` hears, as above, whether it was there. May be empty.
  using UnloadDone = std::function<void(bool)>;
  virtual void unload(const std::string& key, UnloadDone done) = 0;

  // Takes no new jobs; returns when those that wait and run are done, or were cancelled after
  // `limit` and have stopped. May be called again, with a shorter limit, from another thread.
  virtual void drain(std::chrono::milliseconds limit) = 0;
};

// `monitor` tells the memory of the device that the models compute on. The engine's end is a
// drain(0).
std::unique_ptr<Engine> make_engine(const EngineOptions& options, ModelOpener opener,
                                    std::unique_ptr<DeviceMonitor> monitor);

}  // namespace easel
