#include "engine/weights/model_folder.h"

#include <utility>

#include "base/error.h"
#include "engine/weights/config_reader.h"
#include "engine/weights/json_file.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kIndexName[] = "model_index.json";
constexpr char kSettingsName[] = "easel.json";

// What stands in a folder that is no model, so that the reader sees what they pointed at.
std::string describe_contents(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (names.size() == 6) {
      names.push_back("…");
      break;
    }
    names.push_back(entry.path().filename().string());
  }
  return names.empty() ? "it is empty" : concat("it holds ", join(names, ", "));
}

absl::Status no_model(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return make_error(Reason::kModelMissing,
                      concat("there is no model at ", path.string(), ": no such folder"));
  }
  const std::string found =
      fs::is_directory(path, error) ? describe_contents(path) : "it is a file, not a folder";
  return make_error(
      Reason::kModelMissing,
      concat(path.string(), " is not a model: expected a folder in the diffusers layout with a ",
             kIndexName, "; ", found));
}

// {"transformer": ["diffusers", "FluxTransformer2DModel"], "feature_extractor": [null, null],
// "_class_name": …}
std::map<std::string, std::string> read_components(const nlohmann::json& index) {
  std::map<std::string, std::string> components;
  for (const auto& [key, value] : index.items()) {
    if (key.starts_with('_') || !value.is_array() || value.size() != 2 || !value[1].is_string())
      continue;
    components[key] = value[1].get<std::string>();
  }
  return components;
}

absl::StatusOr<RecommendedSettings> read_settings(const fs::path& folder) {
  RecommendedSettings settings;
  std::error_code error;
  const fs::path path = folder / kSettingsName;
  if (!fs::exists(path, error)) return settings;
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json json, read_json_file(path));
  const auto section = json.find("recommended");
  if (section == json.end()) return settings;
  if (!section->is_object()) return bad_weights(path.string(), ": 'recommended' must be an object");
  ConfigReader reader(*section, path.string());
  if (reader.has("width")) settings.width = reader.required_int("width", 1, 1 << 16);
  if (reader.has("height")) settings.height = reader.required_int("height", 1, 1 << 16);
  if (reader.has("steps")) settings.steps = reader.required_int("steps", 1, 1000);
  if (reader.has("guidance")) settings.guidance = reader.number_or("guidance", 0.0);
  if (reader.has("max_sequence_length")) {
    settings.max_sequence_length = reader.required_int("max_sequence_length", 1, 1 << 16);
  }
  EASEL_RETURN_IF_ERROR(reader.status());
  return settings;
}

}  // namespace

absl::StatusOr<ModelFolder> ModelFolder::open(const fs::path& path, Overrides overrides) {
  std::error_code error;
  if (!fs::is_regular_file(path / kIndexName, error)) return no_model(path);
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json index, read_json_file(path / kIndexName));
  ModelFolder folder;
  folder.path_ = path;
  const auto class_name = index.find("_class_name");
  if (class_name == index.end() || !class_name->is_string()) {
    return bad_weights((path / kIndexName).string(),
                       ": '_class_name' is missing: expected the name of a pipeline");
  }
  folder.pipeline_class_ = class_name->get<std::string>();
  folder.components_ = read_components(index);
  for (const auto& [name, place] : overrides) {
    if (folder.components_.contains(name)) continue;
    std::vector<std::string> names;
    for (const auto& [known, unused] : folder.components_) names.push_back(known);
    return invalid_field("component '", name, "' is not one of this model's: ", join(names, ", "));
  }
  folder.overrides_ = std::move(overrides);
  EASEL_ASSIGN_OR_RETURN(folder.recommended_, read_settings(path));
  return folder;
}

absl::StatusOr<fs::path> ModelFolder::folder(const std::string& component) const {
  if (!components_.contains(component)) {
    return make_error(Reason::kComponentMissing, concat((path_ / kIndexName).string(),
                                                        " names no component '", component, "'"));
  }
  std::error_code error;
  if (!fs::is_directory(path_ / component, error)) {
    return make_error(
        Reason::kComponentMissing,
        concat("component '", component, "' is missing: no folder ", (path_ / component).string()));
  }
  return path_ / component;
}

absl::StatusOr<nlohmann::json> ModelFolder::config(const std::string& component) const {
  EASEL_ASSIGN_OR_RETURN(const fs::path place, folder(component));
  std::error_code error;
  for (const char* name : {"config.json", "scheduler_config.json"}) {
    if (fs::exists(place / name, error)) return read_json_file(place / name);
  }
  return make_error(Reason::kComponentMissing,
                    concat("component '", component, "' has no config.json in ", place.string()));
}

absl::StatusOr<std::shared_ptr<const Checkpoint>> ModelFolder::checkpoint(
    const std::string& component) const {
  const auto elsewhere = overrides_.find(component);
  if (elsewhere != overrides_.end()) return Checkpoint::open(elsewhere->second);
  EASEL_ASSIGN_OR_RETURN(const fs::path place, folder(component));
  return Checkpoint::open(place);
}

}  // namespace easel
