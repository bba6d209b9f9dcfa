#include "services/models/model_registry.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"
#include "services/models/hub_models.h"
#include "services/models/registry_edit.h"
#include "services/models/registry_toml.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxRegistryBytes = 1 << 20;
constexpr char kDemoKey[] = "demo";

RegistryEntry built_in(std::string key, std::string display_name) {
  RegistryEntry entry;
  entry.key = std::move(key);
  entry.display_name = std::move(display_name);
  entry.built_in = true;
  return entry;
}

std::vector<RegistryEntry> built_in_entries(const ModelPlaces& places) {
  RegistryEntry demo = built_in(kDemoKey, "Demo");
  demo.path = places.demo;
  demo.notes = "Small shapes and colours; comes with easel.";
  RegistryEntry dev = built_in("flux_dev", "FLUX.1 dev");
  dev.hub_id = "black-forest-labs/FLUX.1-dev";
  dev.recommended = {.width = 1024, .height = 1024, .steps = 28, .guidance = 3.5};
  RegistryEntry schnell = built_in("flux_schnell", "FLUX.1 schnell");
  schnell.hub_id = "black-forest-labs/FLUX.1-schnell";
  schnell.recommended = {.width = 1024, .height = 1024, .steps = 4, .guidance = 0.0};
  return {std::move(demo), std::move(dev), std::move(schnell)};
}

// The file's text, "" when there is none.
absl::StatusOr<std::string> read_registry(const fs::path& file) {
  std::error_code error;
  if (file.empty() || !fs::exists(file, error)) return std::string();
  absl::StatusOr<std::string> text = read_file(file, kMaxRegistryBytes);
  if (!text.ok()) return invalid_field("the model registry: ", text.status().message());
  return text;
}

// Levenshtein's distance, for two short words.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

const RegistryEntry* find_entry(const std::vector<RegistryEntry>& entries, std::string_view key) {
  for (const RegistryEntry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

absl::Status write_registry(const fs::path& file, const std::string& text) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) {
    return make_error(
        Reason::kOutputFailed,
        concat("cannot make the folder ", file.parent_path().string(), ": ", error.message()));
  }
  return write_file_atomically(file, text);
}

absl::Status check_file_and_key(const fs::path& file, std::string_view key) {
  if (file.empty()) {
    return invalid_field("there is no place for the model registry: set EASEL_REGISTRY or HOME");
  }
  if (is_registry_key(key)) return absl::OkStatus();
  return invalid_field("a model's key has letters, digits, '_', '-' and '.', 64 at most, not ",
                       quote(key));
}

}  // namespace

absl::StatusOr<ModelRegistry> ModelRegistry::load(const ModelPlaces& places) {
  EASEL_ASSIGN_OR_RETURN(const std::string text, read_registry(places.registry));
  ModelRegistry registry;
  EASEL_ASSIGN_OR_RETURN(registry.entries_, parse_registry(text, places.registry));
  for (RegistryEntry& entry : built_in_entries(places)) {
    if (registry.find(entry.key) == nullptr) registry.entries_.push_back(std::move(entry));
  }
  std::sort(registry.entries_.begin(), registry.entries_.end(),
            [](const RegistryEntry& a, const RegistryEntry& b) { return a.key < b.key; });
  return registry;
}

const RegistryEntry* ModelRegistry::find(std::string_view key) const {
  return find_entry(entries_, key);
}

const RegistryEntry& ModelRegistry::default_entry() const {
  for (const RegistryEntry& entry : entries_) {
    if (entry.is_default) return entry;
  }
  return *find(kDemoKey);
}

std::vector<std::string> ModelRegistry::nearest(std::string_view key) const {
  constexpr size_t kMaxSuggestions = 3;
  if (!is_registry_key(key)) return {};
  const size_t limit = std::max<size_t>(2, key.size() / 3);
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const RegistryEntry& entry : entries_) {
    const size_t distance = edit_distance(key, entry.key);
    if (distance <= limit) ranked.emplace_back(distance, entry.key);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> keys;
  for (size_t i = 0; i < ranked.size() && i < kMaxSuggestions; ++i)
    keys.push_back(ranked[i].second);
  return keys;
}

absl::Status remove_from_registry(const fs::path& file, std::string_view key) {
  EASEL_RETURN_IF_ERROR(check_file_and_key(file, key));
  EASEL_ASSIGN_OR_RETURN(const std::string text, read_registry(file));
  EASEL_ASSIGN_OR_RETURN(const std::vector<RegistryEntry> before, parse_registry(text, file));
  if (find_entry(before, key) == nullptr) {
    return invalid_field(file.string(), " has no model '", key, "'");
  }
  const std::string shorter = without_entry(text, key);
  const auto after = parse_registry(shorter, file);
  if (!after.ok() || after->size() + 1 != before.size() || find_entry(*after, key) != nullptr) {
    return invalid_field(
        file.string(), ": the entry '", key,
        "' is written in a way that only its author can change safely; edit the file");
  }
  return write_registry(file, shorter);
}

absl::Status add_to_registry(const fs::path& file, std::string_view key, std::string_view source) {
  EASEL_RETURN_IF_ERROR(check_file_and_key(file, key));
  EASEL_ASSIGN_OR_RETURN(const std::string text, read_registry(file));
  EASEL_ASSIGN_OR_RETURN(const std::vector<RegistryEntry> before, parse_registry(text, file));
  if (find_entry(before, key) != nullptr) {
    return invalid_field(file.string(), " has a model '", key, "' already: remove it first");
  }
  std::error_code error;
  const bool is_path = fs::exists(fs::path(source), error) || !is_hub_id(source);
  const std::string value = is_path
                                ? fs::absolute(fs::path(source), error).lexically_normal().string()
                                : std::string(source);
  const std::string longer = append_entry(text, key, is_path ? "path" : "hub", value);
  EASEL_ASSIGN_OR_RETURN(const std::vector<RegistryEntry> after, parse_registry(longer, file));
  return write_registry(file, longer);
}

}  // namespace easel
