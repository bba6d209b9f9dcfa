// Every model that this user's easel knows of or could find.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/models/model_places.h"
#include "services/models/model_registry.h"

namespace easel {

// A value.
struct KnownModel {
  std::string name;  // the key, the hub id, or the folder's path
  bool built_in = false;
  std::filesystem::path path;
  std::map<std::string, std::filesystem::path> components;  // as the registry has them
  absl::Status located;  // MODEL_MISSING: not on this machine; says how to get it
};

// The registry's entries; then every folder in EASEL_MODELS_DIR, also one that is no model, and
// every model of the hub's cache, unless it is there already. Hidden folders are nobody's.
std::vector<KnownModel> known_models(const ModelRegistry& registry, const ModelPlaces& places);

// The largest weights file right in the model's folder or in one below it; empty for none.
std::filesystem::path largest_weights_file(const std::filesystem::path& model);

}  // namespace easel
