#include "services/models/registry_toml.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/quote.h"
#include "services/models/hub_models.h"
#include "services/models/toml_reader.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxKeyLength = 64;
constexpr int64_t kMaxSide = 1 << 16;
constexpr int64_t kMaxSteps = 200;
constexpr double kMaxGuidance = 30;

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

NumberRange to_range(std::pair<double, double> pair) { return {pair.first, pair.second}; }

absl::Status read_recommended(const toml::table& table, const std::string& place,
                              RecommendedParameters& out) {
  TomlReader reader(table, place);
  out.width = reader.integer("width", 1, kMaxSide);
  out.height = reader.integer("height", 1, kMaxSide);
  out.steps = reader.integer("steps", 1, kMaxSteps);
  out.guidance = reader.number("guidance", 0, kMaxGuidance);
  return reader.finish();
}

absl::Status read_allowed(const toml::table& table, const std::string& place, AllowedRanges& out) {
  TomlReader reader(table, place);
  if (const auto steps = reader.range("steps", 1, kMaxSteps)) out.steps = to_range(*steps);
  if (const auto guidance = reader.range("guidance", 0, kMaxGuidance)) {
    out.guidance = to_range(*guidance);
  }
  if (const auto side = reader.range("side", 1, kMaxSide)) out.side = to_range(*side);
  return reader.finish();
}

absl::Status read_components(const toml::table& table, const std::string& place,
                             const fs::path& folder, RegistryEntry& entry) {
  TomlReader reader(table, place);
  for (const auto& [key, node] : table) {
    if (const auto text = reader.string(key.str()))
      entry.components[std::string(key.str())] = folder / *text;
  }
  return reader.finish();
}

// `path` or `hub`, and not both.
void read_source(TomlReader& reader, const fs::path& folder, RegistryEntry& entry) {
  const std::optional<std::string> path = reader.string("path");
  const std::optional<std::string> hub = reader.string("hub");
  if (path.has_value() == hub.has_value()) {
    reader.fail("hub", concat("model '", entry.key, "' needs one of 'path' and 'hub'"));
  } else if (path && path->empty()) {
    reader.fail("path", "'path' is empty");
  } else if (hub && !is_hub_id(*hub)) {
    reader.fail("hub", concat("'hub' must be ORG/NAME, not ", quote(*hub)));
  }
  if (path) entry.path = (folder / *path).lexically_normal();
  if (hub) entry.hub_id = *hub;
}

absl::Status read_entry(const toml::table& table, const std::string& place, const fs::path& folder,
                        RegistryEntry& entry) {
  TomlReader reader(table, place);
  read_source(reader, folder, entry);
  entry.display_name = reader.string("display_name").value_or(entry.key);
  entry.notes = reader.string("notes").value_or("");
  entry.tags = reader.strings("tags");
  entry.is_default = reader.boolean("default").value_or(false);
  entry.max_side = reader.integer("max_side", 1, kMaxSide);
  const toml::table* components = reader.table("components");
  const toml::table* recommended = reader.table("recommended");
  const toml::table* allowed = reader.table("allowed");
  EASEL_RETURN_IF_ERROR(reader.finish());
  if (components != nullptr) {
    EASEL_RETURN_IF_ERROR(read_components(*components, place, folder, entry));
  }
  if (recommended != nullptr) {
    EASEL_RETURN_IF_ERROR(read_recommended(*recommended, place, entry.recommended));
  }
  if (allowed != nullptr) EASEL_RETURN_IF_ERROR(read_allowed(*allowed, place, entry.allowed));
  return absl::OkStatus();
}

}  // namespace

bool is_registry_key(std::string_view text) {
  return !text.empty() && text.size() <= kMaxKeyLength && text.front() != '.' &&
         text.front() != '-' && std::all_of(text.begin(), text.end(), is_key_character);
}

absl::StatusOr<std::vector<RegistryEntry>> parse_registry(std::string_view text,
                                                          const fs::path& path) {
  const std::string place = path.string();
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return invalid_field(toml_place(place, parsed.error().source()), parsed.error().description());
  }
  TomlReader top(parsed.table(), place);
  const toml::table* models = top.table("models");
  EASEL_RETURN_IF_ERROR(top.finish());
  std::vector<RegistryEntry> entries;
  if (models == nullptr) return entries;
  std::string default_key;
  for (const auto& [key, node] : *models) {
    const std::string where = toml_place(place, key.source());
    RegistryEntry entry;
    entry.key = key.str();
    if (!is_registry_key(entry.key)) {
      return invalid_field(where,
                           "a model's key has letters, digits, '_', '-' and '.', 64 at most, not ",
                           quote(entry.key));
    }
    if (!node.is_table()) return invalid_field(where, "'", entry.key, "' must be a table");
    EASEL_RETURN_IF_ERROR(read_entry(*node.as_table(), place, path.parent_path(), entry));
    if (entry.is_default && !default_key.empty()) {
      return invalid_field(where, "both '", default_key, "' and '", entry.key,
                           "' are marked as default: one can be");
    }
    if (entry.is_default) default_key = entry.key;
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace easel
