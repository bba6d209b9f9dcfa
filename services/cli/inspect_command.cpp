#include "services/cli/inspect_command.h"

#include <filesystem>
#include <ostream>

#include "base/error.h"
#include "services/cli/inspect_report.h"
#include "services/models/model_locator.h"
#include "services/models/model_places.h"
#include "services/models/model_registry.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

// Prints the report; `usable` says what it says.
absl::Status inspect(const InspectOptions& options, const Console& console, bool& usable) {
  const ModelPlaces places = model_places();
  EASEL_ASSIGN_OR_RETURN(const ModelRegistry registry, ModelRegistry::load(places));
  EASEL_ASSIGN_OR_RETURN(const LocatedModel located,
                         locate_model(options.target, registry, places));
  const fs::path& path = located.path;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    EASEL_ASSIGN_OR_RETURN(const WeightsReport report, inspect_weights(path));
    console.out << (options.json ? weights_report_json(path, report)
                                 : weights_report_text(path, report));
    return absl::OkStatus();
  }
  EASEL_ASSIGN_OR_RETURN(const ModelReport report, inspect_model(path));
  console.out << (options.json ? model_report_json(path, report) : model_report_text(path, report));
  usable = report.complete();
  return absl::OkStatus();
}

}  // namespace

void add_inspect_options(CLI::App& app, InspectOptions& options) {
  app.add_option("DIR_OR_FILE", options.target,
                 "A model (folder, key of the registry, or hub id) or a .safetensors file")
      ->type_name("")
      ->required();
  app.add_flag("--json", options.json, "Prints one JSON object instead of tables");
}

int run_inspect(const InspectOptions& options, const Console& console) {
  bool usable = true;
  const absl::Status status = inspect(options, console, usable);
  const int code = conclude(console, status, options.json);
  // The report has said what is wrong.
  return code == 0 && !usable ? exit_code(make_error(Reason::kBadWeights, "")) : code;
}

}  // namespace easel
