// Where models are looked for: a snapshot of the environment.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace easel {

// A value. Empty paths: there is no such place.
struct ModelPlaces {
  std::filesystem::path registry;    // EASEL_REGISTRY, or easel/models.toml in XDG_CONFIG_HOME
  std::filesystem::path models_dir;  // EASEL_MODELS_DIR: models lie in it as ORG/NAME
  std::filesystem::path hub_cache;   // as the Hugging Face tools choose it
  std::filesystem::path demo;        // the demo model that comes with the program
};

// Value of an environment variable; "" when it is not set.
using Environment = std::function<std::string(const std::string& name)>;

// From the process's environment; the demo model is found by EASEL_DEMO_DIR, or else from where the
// program lies: in a build (ROOT/build/bin → ROOT/demo/model) or installed (share/easel/demo).
ModelPlaces model_places();

// The same from given values. `program` is the path of the executable.
ModelPlaces model_places(const Environment& environment, const std::filesystem::path& program);

}  // namespace easel
