// The models that the program knows by key: the built-in ones and those of a TOML file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/models/model_places.h"
#include "services/models/registry_entry.h"

namespace easel {

// Immutable and thread-safe. An entry of the file takes the place of a built-in one of its key.
class ModelRegistry {
 public:
  // No file: the built-in entries alone. INVALID_FIELD as parse_registry (registry_toml.h), or for
  // a file that cannot be read.
  static absl::StatusOr<ModelRegistry> load(const ModelPlaces& places);

  const std::vector<RegistryEntry>& entries() const { return entries_; }  // by key
  const RegistryEntry* find(std::string_view key) const;                  // nullptr when unknown
  // The one marked so, else the demo model.
  const RegistryEntry& default_entry() const;
  // Known keys that a mistyped one may have meant, nearest first, three at most.
  std::vector<std::string> nearest(std::string_view key) const;

 private:
  std::vector<RegistryEntry> entries_;
};

// Adds an entry to the registry's file, which is made where there is none. `source` is a hub id or
// else a path, kept as an absolute one. Comments and other entries stay as they are. INVALID_FIELD,
// also when the file has the key already; OUTPUT_FAILED.
absl::Status add_to_registry(const std::filesystem::path& file, std::string_view key,
                             std::string_view source);

// Takes an entry out of the registry's file. INVALID_FIELD when it has none of that key.
absl::Status remove_from_registry(const std::filesystem::path& file, std::string_view key);

}  // namespace easel
