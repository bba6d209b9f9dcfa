// What a model folder or a weights file holds, from headers alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace easel {

// What a family can be asked for.
enum class Capability {
  kTextToImage,
  kImageToImage,
  kInpainting,
  kEdit,  // by image to image and inpainting, or by instruction
};

struct ComponentReport {
  std::string name;        // "transformer", "vae", …
  std::string class_name;  // as model_index.json has it
  std::string dtype;       // of most parameters, "" without weights
  int64_t num_parameters = 0;
  int64_t bytes = 0;
  std::string problem;  // "" when all is there and can be read
};

struct ModelReport {
  std::string family;   // "flux"; "" when unknown
  std::string variant;  // "dev", "schnell"
  std::vector<ComponentReport> components;
  // "", or what keeps the model from being opened although each component can be read: a pipeline
  // that no family serves, weights that don't fit their config.
  std::string problem;
  std::vector<Capability> capabilities;  // none when the family is unknown

  bool complete() const;
};

// MODEL_MISSING or BAD_WEIGHTS when the path is no model at all; a model with parts missing is a
// report.
absl::StatusOr<ModelReport> inspect_model(const std::filesystem::path& path);

struct ModelIdentity {
  std::string family;   // "flux"
  std::string variant;  // "dev"
  std::vector<Capability> capabilities;
  int64_t max_start_images = 1;  // that a request can start from, the first ones; at least 1
  // What the model's folder recommends (easel.json); absent: the family's defaults hold.
  std::optional<int64_t> width, height, steps;
  std::optional<double> guidance;
};

// Reads configs only. Errors as open_model, of what it reads.
absl::StatusOr<ModelIdentity> identify_model(const std::filesystem::path& path);

// That every component has its folder and whole, readable weights (`components` as in
// ModelOptions), from headers alone. Errors as open_model; what only opening finds is not looked
// for.
absl::Status check_model_files(const std::filesystem::path& path,
                               const std::map<std::string, std::filesystem::path>& components);

// One safetensors file, whatever it belongs to.
struct WeightsReport {
  int64_t num_tensors = 0;
  int64_t num_parameters = 0;
  int64_t bytes = 0;                            // of the tensors
  std::map<std::string, int64_t> dtypes;        // dtype → parameters stored in it
  std::map<std::string, int64_t> prefixes;      // first part of the keys, up to a "." → tensors
  std::map<std::string, std::string> metadata;  // the file's own "__metadata__"
};

// MODEL_MISSING, BAD_WEIGHTS.
absl::StatusOr<WeightsReport> inspect_weights(const std::filesystem::path& path);

}  // namespace easel
