#include "services/cli/model_choice.h"

#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "engine/api/compute_threads.h"
#include "services/cli/option_values.h"
#include "services/models/model_locator.h"
#include "services/models/model_places.h"
#include "services/models/model_registry.h"

namespace easel {
namespace {

constexpr WholeRange kThreads{1, 1024};

}  // namespace

CLI::Option* add_text_option(CLI::App& app, const std::string& name,
                             std::optional<std::string>& value, const std::string& help) {
  return app.add_option_function<std::string>(
      name, [&value](const std::string& text) { value = text; }, help);
}

CLI::Option* add_repeated_option(CLI::App& app, const std::string& name,
                                 std::vector<std::string>& values, const std::string& help) {
  return app.add_option(name, values, help)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_model_options(CLI::App& app, ModelChoice& choice) {
  app.add_option(
         "--model", choice.model,
         "A folder in the diffusers layout, a key of the registry (`easel models`), or a hub id "
         "ORG/NAME; default: the registry's default model")
      ->type_name("KEY_OR_DIR");
  app.add_option(
         "--dtype", choice.dtype,
         "What to compute in: auto (as the weights are stored, where this machine is fast in "
         "it), fp32, bf16, fp16; default auto")
      ->type_name("NAME");
  app.add_option("--device", choice.device,
                 "auto (a GPU where there is one), cpu, cuda or cuda:N; default auto")
      ->type_name("NAME");
  add_repeated_option(
      app, "--component", choice.components,
      "Takes a component's weights (`easel inspect` lists them) from another file or "
      "folder; may be repeated")
      ->type_name("NAME=PATH");
  add_text_option(app, "--threads", choice.threads, "Processor cores to compute with; default: all")
      ->type_name("N");
  add_text_option(app, "--memory-budget", choice.memory_budget,
                  "Most memory that it may take (of the whole process on a CPU, of the device on a "
                  "GPU): weights come and go as `easel plan` says; default: all stay")
      ->type_name("6GiB");
}

absl::StatusOr<ModelOptions> resolve_model(const ModelChoice& choice) {
  ModelOptions options;
  EASEL_ASSIGN_OR_RETURN(options.dtype, parse_compute_dtype(choice.dtype));
  EASEL_ASSIGN_OR_RETURN(const auto components, parse_pairs("--component", choice.components));
  const ModelPlaces places = model_places();
  EASEL_ASSIGN_OR_RETURN(const ModelRegistry registry, ModelRegistry::load(places));
  EASEL_ASSIGN_OR_RETURN(LocatedModel located, locate_model(choice.model, registry, places));
  options.path = std::move(located.path);
  options.components = std::move(located.components);
  for (const auto& [name, path] : components) options.components[name] = path;
  options.device = choice.device;
  if (choice.memory_budget) {
    const auto budget = parse_byte_size(*choice.memory_budget);
    if (!budget.ok()) return with_context(budget.status(), "--memory-budget");
    options.memory_budget_bytes = *budget;
  }
  return options;
}

absl::StatusOr<std::unique_ptr<Model>> open_chosen_model(const ModelChoice& choice,
                                                         Retention retention) {
  std::optional<int64_t> threads;
  EASEL_RETURN_IF_ERROR(read_whole("--threads", choice.threads, kThreads, threads));
  EASEL_ASSIGN_OR_RETURN(ModelOptions options, resolve_model(choice));
  options.retention = retention;
  if (threads) set_compute_threads(static_cast<int>(*threads));
  return open_model(options);
}

}  // namespace easel
