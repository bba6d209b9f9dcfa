#include "services/worker/model_directory.h"

#include <utility>

#include "base/error.h"
#include "base/quote.h"

namespace easel {
namespace {

bool same_files(const RegistryEntry& a, const RegistryEntry& b) {
  return a.path == b.path && a.hub_id == b.hub_id && a.components == b.components;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelDirectory>> ModelDirectory::create(ModelPlaces places,
                                                                       ModelProbe probe) {
  EASEL_ASSIGN_OR_RETURN(ModelRegistry registry, ModelRegistry::load(places));
  return std::unique_ptr<ModelDirectory>(
      new ModelDirectory(std::move(places), std::move(probe), std::move(registry)));
}

ModelDirectory::ModelDirectory(ModelPlaces places, ModelProbe probe, ModelRegistry registry)
    : places_(std::move(places)),
      probe_(std::move(probe)),
      registry_(std::make_shared<const ModelRegistry>(std::move(registry))) {}

std::shared_ptr<const ModelRegistry> ModelDirectory::registry() const {
  const std::lock_guard lock(mutex_);
  return registry_;
}

absl::StatusOr<RegistryEntry> ModelDirectory::find(const std::string& key) const {
  const std::shared_ptr<const ModelRegistry> registry = this->registry();
  if (key.empty()) return registry->default_entry();
  if (const RegistryEntry* entry = registry->find(key)) return *entry;
  const std::vector<std::string> near = registry->nearest(key);
  return make_error(Reason::kModelMissing,
                    concat("the registry has no model ", quote(key),
                           near.empty() ? "" : concat("; did you mean ", join(near, " or "), "?")));
}

absl::StatusOr<LocatedModel> ModelDirectory::locate(const RegistryEntry& entry) const {
  return locate_entry(entry, places_);
}

absl::StatusOr<ModelIdentity> ModelDirectory::identify(const RegistryEntry& entry) const {
  EASEL_ASSIGN_OR_RETURN(const LocatedModel located, locate(entry));
  return probe_.identify(located);
}

absl::Status ModelDirectory::check_files(const RegistryEntry& entry) const {
  EASEL_ASSIGN_OR_RETURN(const LocatedModel located, locate(entry));
  return probe_.check_files(located);
}

absl::StatusOr<std::vector<std::string>> ModelDirectory::reload() {
  EASEL_ASSIGN_OR_RETURN(ModelRegistry loaded, ModelRegistry::load(places_));
  auto fresh = std::make_shared<const ModelRegistry>(std::move(loaded));
  const std::lock_guard lock(mutex_);
  std::vector<std::string> changed;
  for (const RegistryEntry& entry : registry_->entries()) {
    const RegistryEntry* now = fresh->find(entry.key);
    if (now == nullptr || !same_files(entry, *now)) changed.push_back(entry.key);
  }
  registry_ = std::move(fresh);
  return changed;
}

}  // namespace easel
