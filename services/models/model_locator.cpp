#include "services/models/model_locator.h"

#include <utility>
#include <vector>

#include "base/error.h"
#include "base/quote.h"
#include "services/models/hub_cache.h"
#include "services/models/hub_models.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return !path.empty() && fs::exists(path, error);
}

absl::Status missing(std::string_view message) {
  return make_error(Reason::kModelMissing, message);
}

absl::StatusOr<fs::path> locate_hub_id(std::string_view id, const ModelPlaces& places) {
  std::vector<std::string> looked;
  if (places.models_dir.empty()) {
    looked.push_back("EASEL_MODELS_DIR (not set)");
  } else {
    fs::path path = places.models_dir / id;
    if (is_there(path)) return path;
    looked.push_back(path.string());
  }
  if (std::optional<fs::path> path = find_in_hub_cache(places.hub_cache, id))
    return std::move(*path);
  if (!places.hub_cache.empty()) looked.push_back(places.hub_cache.string());
  return missing(concat("model ", id, " is not on this machine; looked in ", join(looked, " and "),
                        "; ", download_advice(id, places.models_dir)));
}

absl::Status unknown_name(std::string_view name, const ModelRegistry& registry) {
  std::vector<std::string> keys;
  for (const RegistryEntry& entry : registry.entries()) keys.push_back(entry.key);
  const std::vector<std::string> near = registry.nearest(name);
  std::string message =
      concat("there is no model ", quote(name), ": no such path, and no key of the registry");
  if (!near.empty()) message += concat("; did you mean ", join(near, " or "), "?");
  return missing(
      concat(message, near.empty() ? "; known keys: " : " Known keys: ", join(keys, ", ")));
}

}  // namespace

absl::StatusOr<LocatedModel> locate_entry(const RegistryEntry& entry, const ModelPlaces& places) {
  LocatedModel located{entry.key, entry.path, entry.components};
  if (!entry.hub_id.empty()) {
    EASEL_ASSIGN_OR_RETURN(located.path, locate_hub_id(entry.hub_id, places));
  } else if (!is_there(entry.path)) {
    return missing(concat("model '", entry.key, "' is not at ", entry.path.string(),
                          entry.built_in
                              ? ", where this program expects the model that comes with it; "
                                "EASEL_DEMO_DIR names another place"
                              : ", where the registry says it is"));
  }
  return located;
}

absl::StatusOr<LocatedModel> locate_model(std::string_view name, const ModelRegistry& registry,
                                          const ModelPlaces& places) {
  if (name.empty()) return locate_entry(registry.default_entry(), places);
  const RegistryEntry* entry = registry.find(name);
  // A folder that only happens to have a key's name does not hide the model of that key.
  const fs::path path(name);
  if (is_there(entry == nullptr ? path : path / "model_index.json")) {
    return LocatedModel{std::string(name), path, {}};
  }
  if (entry != nullptr) return locate_entry(*entry, places);
  // "./model" and "/models/x" are paths and nothing else.
  if (is_hub_id(name)) {
    EASEL_ASSIGN_OR_RETURN(fs::path found, locate_hub_id(name, places));
    return LocatedModel{std::string(name), std::move(found), {}};
  }
  return unknown_name(name, registry);
}

}  // namespace easel
