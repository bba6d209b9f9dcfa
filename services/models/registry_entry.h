// One model that the registry knows: where it lies and what frontends may show and allow.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace easel {

// Inclusive.
struct NumberRange {
  double lowest = 0;
  double highest = 0;
};

// What a frontend offers first. Shown, never enforced.
struct RecommendedParameters {
  std::optional<int64_t> width, height, steps;
  std::optional<double> guidance;
};

// What the model can compute: a service refuses what is outside. The command line does not look.
struct AllowedRanges {
  NumberRange steps{1, 200};
  NumberRange guidance{0, 30};
  std::optional<NumberRange> side;  // pixels of width and of height
};

// A value. Exactly one of `path` and `hub_id` is set.
struct RegistryEntry {
  std::string key;  // what --model and the services' requests name
  std::filesystem::path path;
  std::string hub_id;  // "black-forest-labs/FLUX.1-dev"
  // Component name → its weights, instead of the model's own.
  std::map<std::string, std::filesystem::path> components;
  std::string display_name;
  std::string notes;
  std::vector<std::string> tags;
  bool is_default = false;
  bool built_in = false;  // not from a file
  RecommendedParameters recommended;
  AllowedRanges allowed;
  std::optional<int64_t> max_side;  // pixels
};

}  // namespace easel
