#include "services/cli/doctor/known_models.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "services/models/hub_cache.h"
#include "services/models/model_locator.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

// The folders in a folder, by name.
std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    const bool hidden = it->path().filename().string().starts_with(".");
    if (!hidden && it->is_directory(unreadable)) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool is_model(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "model_index.json", error);
}

bool is_known(const std::vector<KnownModel>& models, const fs::path& path) {
  return std::any_of(models.begin(), models.end(), [&](const KnownModel& model) {
    std::error_code error;
    return model.path == path || (!model.path.empty() && fs::equivalent(model.path, path, error));
  });
}

void add(std::vector<KnownModel>& models, std::string name, const fs::path& path) {
  if (is_known(models, path)) return;
  KnownModel model;
  model.name = std::move(name);
  model.path = path;
  models.push_back(std::move(model));
}

// Models lie in it as ORG/NAME; one that lies right in it is listed too, under its path.
void add_models_dir(std::vector<KnownModel>& models, const fs::path& models_dir) {
  if (models_dir.empty()) return;
  for (const fs::path& org : folders_in(models_dir)) {
    if (is_model(org)) {
      add(models, org.string(), org);
      continue;
    }
    for (const fs::path& folder : folders_in(org)) {
      add(models, concat(org.filename().string(), "/", folder.filename().string()), folder);
    }
  }
}

}  // namespace

std::vector<KnownModel> known_models(const ModelRegistry& registry, const ModelPlaces& places) {
  std::vector<KnownModel> models;
  for (const RegistryEntry& entry : registry.entries()) {
    KnownModel model;
    model.name = entry.key;
    model.built_in = entry.built_in;
    absl::StatusOr<LocatedModel> located = locate_entry(entry, places);
    model.located = located.status();
    if (located.ok()) {
      model.path = std::move(located->path);
      model.components = std::move(located->components);
    }
    models.push_back(std::move(model));
  }
  add_models_dir(models, places.models_dir);
  for (const FoundModel& found : list_hub_cache(places.hub_cache)) {
    add(models, found.hub_id, found.path);
  }
  return models;
}

fs::path largest_weights_file(const fs::path& model) {
  std::vector<fs::path> folders = folders_in(model);
  folders.push_back(model);
  fs::path largest;
  uintmax_t most = 0;
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      std::error_code unreadable;
      if (it->path().extension() != ".safetensors") continue;
      const uintmax_t bytes = fs::file_size(it->path(), unreadable);
      if (unreadable || bytes <= most) continue;
      most = bytes;
      largest = it->path();
    }
  }
  return largest;
}

}  // namespace easel
