// A model's folder in the diffusers layout: model_index.json and one folder a component.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/weights/checkpoint.h"

namespace easel {

// What a model works best with, from the folder's easel.json {"recommended": {"width": 128, …}};
// absent values are the family's to choose.
struct RecommendedSettings {
  std::optional<int64_t> width, height, steps, max_sequence_length;
  std::optional<double> guidance;
};

// Immutable. Reads model_index.json and easel.json; components when they are asked for.
class ModelFolder {
 public:
  // Component name → where its weights (a file or a folder) lie instead of in the model's folder.
  using Overrides = std::map<std::string, std::filesystem::path>;

  // MODEL_MISSING: no such folder, or one without model_index.json (the message says what the
  // folder holds instead). BAD_WEIGHTS: a damaged index. INVALID_FIELD: an override names no
  // component of the model.
  static absl::StatusOr<ModelFolder> open(const std::filesystem::path& path,
                                          Overrides overrides = {});

  const std::filesystem::path& path() const { return path_; }
  const std::string& pipeline_class() const { return pipeline_class_; }  // "FluxPipeline"
  // Component name → class name ("transformer" → "FluxTransformer2DModel"), without those that are
  // null.
  const std::map<std::string, std::string>& components() const { return components_; }
  const RecommendedSettings& recommended() const { return recommended_; }

  // The component's folder; COMPONENT_MISSING when the model has none of that name or the folder is
  // not there.
  absl::StatusOr<std::filesystem::path> folder(const std::string& component) const;
  // Its config.json (scheduler_config.json for a scheduler).
  absl::StatusOr<nlohmann::json> config(const std::string& component) const;
  // Its weights: of the override, where there is one.
  absl::StatusOr<std::shared_ptr<const Checkpoint>> checkpoint(const std::string& component) const;

 private:
  ModelFolder() = default;

  std::filesystem::path path_;
  std::string pipeline_class_;
  std::map<std::string, std::string> components_;
  Overrides overrides_;
  RecommendedSettings recommended_;
};

}  // namespace easel
