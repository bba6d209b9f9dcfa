// The models that are open, by key: opened when a job needs them, closed when others do.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/cancel_token.h"
#include "engine/api/engine.h"

namespace easel {

// Used by the engine's thread; only `snapshot` may be called from others, and it never waits for a
// model.
class ModelCache {
 public:
  using OnChanged = std::function<void(const std::vector<LoadedModelStatus>&)>;

  using OnUnloaded = std::function<void(const UnloadedModel&)>;

  // `max_loaded` is at least 1. `on_changed` hears of every new snapshot, `on_unloaded` of every
  // model that left; both may be empty.
  ModelCache(size_t max_loaded, ModelOpener opener, OnChanged on_changed = nullptr,
             OnUnloaded on_unloaded = nullptr);

  struct Entry {
    std::string key;
    std::string fingerprint;
    std::unique_ptr<Model> model;
  };

  // The model with all its weights in memory. One that is not open yet is opened first, and when it
  // can be, the least recently used ones make room for its weights. `sink` hears of the stage
  // "load". Errors as open_model and Model::load, which leave the model closed. The entry lives
  // until the next call of acquire or unload.
  absl::StatusOr<Entry*> acquire(const std::string& key, const EventSink& sink,
                                 const CancelToken& cancel);

  // After a job: a model that dropped its weights is told as such.
  void update(const Entry& entry);

  // False when it was not there.
  bool unload(const std::string& key);

  // By key, with the one that is being loaded.
  std::vector<LoadedModelStatus> snapshot() const;

 private:
  absl::Status open(const std::string& key, const EventSink& sink);
  absl::Status fill(Entry& entry, const EventSink& sink, const CancelToken& cancel);
  void make_room();
  // Has the least recently used model but `key` leave; false when no other has weights in memory.
  bool unload_another(const std::string& key);
  void set_status(const std::string& key, LoadedModelStatus status);
  void erase_status(const std::string& key);

  const size_t max_loaded_;
  const ModelOpener opener_;
  const OnChanged on_changed_;
  const OnUnloaded on_unloaded_;
  std::list<Entry> entries_;  // most recently used first
  mutable std::mutex mutex_;
  std::vector<LoadedModelStatus> statuses_;  // under mutex_
};

}  // namespace easel
