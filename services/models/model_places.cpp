#include "services/models/model_places.h"

#include <cstdlib>

namespace easel {
namespace {

namespace fs = std::filesystem;

// $NAME, or `fallback` where it is not set.
fs::path variable_or(const Environment& environment, const char* name, const fs::path& fallback) {
  const std::string value = environment(name);
  return value.empty() ? fallback : fs::path(value);
}

// A folder below the user's home, or nothing for a user without one.
fs::path below_home(const Environment& environment, const char* folder) {
  const std::string home = environment("HOME");
  return home.empty() ? fs::path() : fs::path(home) / folder;
}

fs::path below(const fs::path& folder, const char* rest) {
  return folder.empty() ? fs::path() : folder / rest;
}

// Order and names: huggingface_hub/constants.py.
fs::path hub_cache(const Environment& environment) {
  const fs::path cache =
      variable_or(environment, "XDG_CACHE_HOME", below_home(environment, ".cache"));
  const fs::path home = variable_or(environment, "HF_HOME", below(cache, "huggingface"));
  const fs::path hub = variable_or(environment, "HUGGINGFACE_HUB_CACHE", below(home, "hub"));
  return variable_or(environment, "HF_HUB_CACHE", hub);
}

fs::path demo_model(const Environment& environment, const fs::path& program) {
  if (const std::string given = environment("EASEL_DEMO_DIR"); !given.empty()) return given;
  const fs::path bin = program.parent_path();
  std::error_code error;
  const fs::path in_checkout = (bin / "../../demo/model").lexically_normal();
  const fs::path installed = (bin / "../share/easel/demo").lexically_normal();
  return fs::exists(installed, error) ? installed : in_checkout;
}

}  // namespace

ModelPlaces model_places(const Environment& environment, const fs::path& program) {
  const fs::path config =
      variable_or(environment, "XDG_CONFIG_HOME", below_home(environment, ".config"));
  ModelPlaces places;
  places.registry = variable_or(environment, "EASEL_REGISTRY", below(config, "easel/models.toml"));
  places.models_dir = environment("EASEL_MODELS_DIR");
  places.hub_cache = hub_cache(environment);
  places.demo = demo_model(environment, program);
  return places;
}

ModelPlaces model_places() {
  const Environment environment = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  };
  std::error_code error;
  return model_places(environment, fs::read_symlink("/proc/self/exe", error));
}

}  // namespace easel
