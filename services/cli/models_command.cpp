#include "services/cli/models_command.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/api/model_report.h"
#include "services/cli/table.h"
#include "services/models/hub_cache.h"
#include "services/models/model_locator.h"
#include "services/models/model_places.h"
#include "services/models/model_registry.h"

namespace easel {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Row {
  std::string name;  // a key or a hub id
  std::string display_name;
  bool is_key = false;
  bool is_default = false;
  fs::path path;        // empty: not on this machine
  std::string source;   // where it should be
  ModelIdentity model;  // empty: not read
  std::string problem;
};

std::string message_of(const absl::Status& status) { return std::string(to_std(status.message())); }

void identify(Row& row) {
  if (row.path.empty()) return;
  absl::StatusOr<ModelIdentity> model = identify_model(row.path);
  if (model.ok()) {
    row.model = *std::move(model);
  } else {
    row.problem = message_of(model.status());
  }
}

std::vector<Row> registry_rows(const ModelRegistry& registry, const ModelPlaces& places) {
  std::vector<Row> rows;
  for (const RegistryEntry& entry : registry.entries()) {
    Row row;
    row.name = entry.key;
    row.display_name = entry.display_name;
    row.is_key = true;
    row.is_default = &entry == &registry.default_entry();
    row.source = entry.hub_id.empty() ? entry.path.string() : entry.hub_id;
    absl::StatusOr<LocatedModel> located = locate_entry(entry, places);
    if (located.ok()) {
      row.path = std::move(located->path);
    } else {
      row.problem = message_of(located.status());
    }
    identify(row);
    rows.push_back(std::move(row));
  }
  return rows;
}

// Models on the disk that no row has yet.
void add_found(const std::vector<FoundModel>& found, std::vector<Row>& rows) {
  for (const FoundModel& model : found) {
    const bool known = std::any_of(rows.begin(), rows.end(),
                                   [&](const Row& row) { return row.path == model.path; });
    if (known) continue;
    Row row;
    row.name = row.source = model.hub_id;
    row.path = model.path;
    identify(row);
    rows.push_back(std::move(row));
  }
}

std::string state_of(const Row& row) {
  if (row.path.empty()) return "not on this machine: " + row.source;
  return row.path.string() + (row.problem.empty() ? "" : "  PROBLEM: " + row.problem);
}

std::string list_text(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> table = {{"", "model", "family", "where"}};
  for (const Row& row : rows) {
    const std::string family =
        row.model.family.empty() ? "-" : concat(row.model.family, " ", row.model.variant);
    table.push_back({row.is_default ? "*" : "", row.name, family, state_of(row)});
  }
  return format_table(table) + "\n* is the default. `easel models add KEY PATH_OR_ID` adds one.\n";
}

std::string list_json(const std::vector<Row>& rows, const ModelPlaces& places) {
  Json json = {{"registry", places.registry.string()}, {"models", Json::array()}};
  for (const Row& row : rows) {
    json["models"].push_back({{"name", row.name},
                              {"in_registry", row.is_key},
                              {"default", row.is_default},
                              {"display_name", row.display_name},
                              {"source", row.source},
                              {"path", row.path.string()},
                              {"family", row.model.family},
                              {"variant", row.model.variant},
                              {"problem", row.problem}});
  }
  return json.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

absl::Status list(const ModelsOptions& options, const Console& console) {
  const ModelPlaces places = model_places();
  EASEL_ASSIGN_OR_RETURN(const ModelRegistry registry, ModelRegistry::load(places));
  std::vector<Row> rows = registry_rows(registry, places);
  add_found(list_models_dir(places.models_dir), rows);
  add_found(list_hub_cache(places.hub_cache), rows);
  console.out << (options.json ? list_json(rows, places) : list_text(rows));
  return absl::OkStatus();
}

// A path must be a model already; a hub id may come later, and then the way to get it is printed.
absl::Status add(const ModelsOptions& options, const Console& console) {
  const ModelPlaces places = model_places();
  EASEL_ASSIGN_OR_RETURN(const ModelRegistry before, ModelRegistry::load(places));
  std::error_code error;
  if (fs::exists(options.source, error)) {
    EASEL_RETURN_IF_ERROR(identify_model(options.source).status());
  }
  EASEL_RETURN_IF_ERROR(add_to_registry(places.registry, options.key, options.source));
  EASEL_ASSIGN_OR_RETURN(const ModelRegistry registry, ModelRegistry::load(places));
  const absl::StatusOr<LocatedModel> located = locate_model(options.key, registry, places);
  console.out << "added " << options.key << " to " << places.registry.string() << "\n";
  if (!located.ok()) console.err << "warning: " << located.status().message() << std::endl;
  return absl::OkStatus();
}

absl::Status remove(const ModelsOptions& options, const Console& console) {
  const ModelPlaces places = model_places();
  EASEL_RETURN_IF_ERROR(remove_from_registry(places.registry, options.key));
  console.out << "removed " << options.key << " from " << places.registry.string() << "\n";
  return absl::OkStatus();
}

}  // namespace

void add_models_list_options(CLI::App& app, ModelsOptions& options) {
  app.add_flag("--json", options.json, "Prints one JSON object instead of a table");
}

void add_models_add_options(CLI::App& app, ModelsOptions& options) {
  app.add_option("KEY", options.key, "What --model will name: letters, digits, '_', '-' and '.'")
      ->type_name("")
      ->required();
  app.add_option("PATH_OR_ID", options.source,
                 "A folder in the diffusers layout, or a hub id ORG/NAME")
      ->type_name("")
      ->required();
}

void add_models_remove_options(CLI::App& app, ModelsOptions& options) {
  app.add_option("KEY", options.key, "A key of the registry's file")->type_name("")->required();
}

int run_models_list(const ModelsOptions& options, const Console& console) {
  return conclude(console, list(options, console), options.json);
}

int run_models_add(const ModelsOptions& options, const Console& console) {
  return conclude(console, add(options, console), /*json=*/false);
}

int run_models_remove(const ModelsOptions& options, const Console& console) {
  return conclude(console, remove(options, console), /*json=*/false);
}

}  // namespace easel
