// The registry as the running worker sees it: looked up by key, replaced while requests go on.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/model_report.h"
#include "services/models/model_locator.h"
#include "services/models/model_places.h"
#include "services/models/model_registry.h"

namespace easel {

// What is asked of a model's files; the engine's functions but in tests.
struct ModelProbe {
  std::function<absl::StatusOr<ModelIdentity>(const LocatedModel&)> identify;
  std::function<absl::Status(const LocatedModel&)> check_files;
};

// Thread-safe. Keys only: what a request names is never taken for a path.
class ModelDirectory {
 public:
  // INVALID_FIELD for a registry that cannot be read.
  static absl::StatusOr<std::unique_ptr<ModelDirectory>> create(ModelPlaces places,
                                                                ModelProbe probe);

  std::shared_ptr<const ModelRegistry> registry() const;

  // "" is the default model. MODEL_MISSING, with keys that may have been meant.
  absl::StatusOr<RegistryEntry> find(const std::string& key) const;
  // MODEL_MISSING, also when the files are not where the registry says.
  absl::StatusOr<LocatedModel> locate(const RegistryEntry& entry) const;
  absl::StatusOr<ModelIdentity> identify(const RegistryEntry& entry) const;
  // What is missing of the model's files, or ok.
  absl::Status check_files(const RegistryEntry& entry) const;

  // Reads the registry again. Returns the keys whose models changed or went; on an error the old
  // registry stays.
  absl::StatusOr<std::vector<std::string>> reload();

 private:
  ModelDirectory(ModelPlaces places, ModelProbe probe, ModelRegistry registry);

  const ModelPlaces places_;
  const ModelProbe probe_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ModelRegistry> registry_;  // under mutex_
};

}  // namespace easel
