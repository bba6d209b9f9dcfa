// From what a user calls a model to the folder that holds it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/models/model_places.h"
#include "services/models/model_registry.h"

namespace easel {

struct LocatedModel {
  std::string name;  // the key, the hub id or the path that it was asked by
  std::filesystem::path path;
  // Component name → its weights, as the registry has them.
  std::map<std::string, std::filesystem::path> components;
};

// Tries in this order: an existing path as given (one that is also a key must hold a model), a key
// of the registry, then as a hub id EASEL_MODELS_DIR/ORG/NAME and the Hugging Face cache. An empty
// name is the registry's default. MODEL_MISSING says where it looked and what would bring the
// model, or which keys are near.
absl::StatusOr<LocatedModel> locate_model(std::string_view name, const ModelRegistry& registry,
                                          const ModelPlaces& places);

// The same for one entry.
absl::StatusOr<LocatedModel> locate_entry(const RegistryEntry& entry, const ModelPlaces& places);

}  // namespace easel
