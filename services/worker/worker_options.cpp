#include "services/worker/worker_options.h"

#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <sstream>
#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/file.h"
#include "base/version.h"
#include "services/worker/listen_address.h"
#include "services/worker/option_layer.h"

namespace easel {
namespace {

constexpr size_t kMaxConfigBytes = 1 << 20;
constexpr char kAbout[] =
    "easel-worker draws pictures for other programs: gRPC (easel.v1) on one device, one job at a "
    "time.";
constexpr char kFooter[] =
    "What a flag does not say is taken from the environment, then from the file of --config, whose "
    "keys are\nthe flags' names with \"_\" for \"-\".\n\n"
    "Signals: SIGTERM and SIGINT take no new jobs, finish or cancel the others, and end; SIGHUP "
    "reads the\nregistry again.\n"
    "Exit codes: 0 done, 2 wrong use or configuration, 1 anything else.\n"
    "The log, one JSON object a line, goes to the standard output.\n\n"
    "Environment:\n"
    "  EASEL_WORKER_ADDRESS  as --address\n"
    "  EASEL_MODELS_DIR      as --models-dir\n"
    "  EASEL_REGISTRY        as --registry\n"
    "  EASEL_WORKER_CONFIG   as --config\n"
    "  EASEL_DEMO_DIR        the demo model, when it is not beside the program\n"
    "  HF_HUB_CACHE, HF_HOME the Hugging Face cache\n\n"
    "Examples:\n"
    "  easel-worker --load demo\n"
    "  easel-worker --address unix:/run/easel/worker.sock --config /etc/easel/worker.toml";

// The flags' own values, and what they ask the program to do.
struct Flags {
  OptionLayer layer;
  std::optional<std::string> config;
  bool check_config = false;
  bool print_config = false;
};

template <typename T>
CLI::Option* add(CLI::App& app, const char* name, std::optional<T>& value, const char* type,
                 const std::string& help) {
  return app
      .add_option_function<T>(
          name, [&value](const T& given) { value = given; }, help)
      ->type_name(type);
}

void add_whole(CLI::App& app, const char* name, std::optional<int64_t>& value, WholeBounds bounds,
               const std::string& help) {
  add(app, name, value, "INT", help)
      ->check(CLI::Range(bounds.lowest, bounds.highest)
                  .description(concat(bounds.lowest, " to ", bounds.highest)));
}

void add_switch(CLI::App& app, const char* name, std::optional<bool>& value,
                const std::string& help) {
  app.add_flag_callback(
      name, [&value] { value = true; }, help);
}

void add_listening_options(CLI::App& app, OptionLayer& layer) {
  add(app, "--address", layer.address, "HOST:PORT",
      "Where to listen: a loopback address or unix:PATH; others need certificates or --insecure; "
      "default 127.0.0.1:50051");
  add(app, "--tls-cert", layer.tls_cert, "FILE", "The server's certificate chain, PEM");
  add(app, "--tls-key", layer.tls_key, "FILE", "Its private key, PEM");
  add(app, "--client-ca", layer.client_ca, "FILE",
      "Callers must show a certificate signed by one of these, PEM");
  add_switch(app, "--insecure", layer.insecure,
             "Listens beyond this machine without certificates: whoever reaches the port may use "
             "it");
}

void add_model_options(CLI::App& app, OptionLayer& layer) {
  add(app, "--registry", layer.registry, "FILE",
      "The registry of models, TOML; default ~/.config/easel/models.toml, and the demo model "
      "without");
  add(app, "--models-dir", layer.models_dir, "FOLDER", "Holds models as ORG/NAME; default: none");
  add(app, "--device", layer.device, "TEXT",
      "auto (a GPU where there is one), cpu, cuda or cuda:N; default auto");
  add(app, "--dtype", layer.dtype, "TEXT", "auto, fp32, bf16 or fp16; default auto");
  add(app, "--memory-budget", layer.memory_budget, "SIZE",
      "Most memory that jobs may take (of the whole process on a CPU, of the device on a GPU): "
      "as 6GiB; weights come and go as `easel plan` says; default: all stay");
  add_whole(app, "--threads", layer.threads, kThreadBounds,
            "Processor cores to compute with; default 0: all");
  add_whole(app, "--max-loaded-models", layer.max_loaded_models, kLoadedBounds,
            "Models in memory at once; default 1");
  app.add_option_function<std::vector<std::string>>(
         "--load", [&layer](const std::vector<std::string>& keys) { layer.load = keys; },
         "Loads the model of this key before the worker says that it serves; may be repeated; "
         "default: none")
      ->type_name("TEXT")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_job_options(CLI::App& app, OptionLayer& layer) {
  add_whole(app, "--queue-limit", layer.queue_limit, kQueueBounds,
            "Jobs that may wait; more are refused with QUEUE_FULL; default 64");
  add_whole(app, "--job-seconds", layer.job_seconds, kSecondsBounds,
            "The longest that a job may take, its time in the queue included; default 0: as long "
            "as the caller's deadline");
  add_whole(app, "--drain-seconds", layer.drain_seconds, kSecondsBounds,
            "How long SIGTERM lets jobs go on before it cancels them; default 30");
  add_whole(app, "--max-upload-megapixels", layer.max_upload_megapixels, kUploadMegapixelsBounds,
            "Largest picture of a caller's that is taken, in units of 2^20 pixels; default 64");
  add_whole(app, "--max-upload-mib", layer.max_upload_mib, kUploadMibBounds,
            "Largest file of such a picture, in MiB; default 25");
  add(app, "--picture-decoder", layer.picture_decoder, "FILE",
      "The program that reads callers' pictures, each in a process of its own; default: "
      "easel-picture-decoder beside this one");
  add_switch(app, "--log-prompts", layer.log_prompts, "Prompts stand in the log");
}

void add_flags(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", concat("easel-worker ", kVersion));
  app.footer(kFooter);
  add(app, "--config", flags.config, "FILE", "Options from a TOML file");
  app.add_flag("--check-config", flags.check_config, "Checks options and registry, and ends");
  app.add_flag("--print-config", flags.print_config,
               "Prints the options that hold, as a file for --config, and ends");
  add_listening_options(app, flags.layer);
  add_model_options(app, flags.layer);
  add_job_options(app, flags.layer);
}

absl::StatusOr<OptionLayer> read_config(const Flags& flags, const Environment& environment) {
  const std::string path = flags.config.value_or(environment("EASEL_WORKER_CONFIG"));
  if (path.empty()) return OptionLayer{};
  const absl::StatusOr<std::string> text = read_file(path, kMaxConfigBytes);
  if (!text.ok()) return invalid_field("the configuration: ", text.status().message());
  return parse_option_file(*text, path);
}

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return std::move(out).str();
}

}  // namespace

absl::StatusOr<WorkerCommand> parse_worker_command(int argc, const char* const* argv,
                                                   const Environment& environment) {
  CLI::App app(kAbout, "easel-worker");
  Flags flags;
  add_flags(app, flags);
  WorkerCommand command;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    std::ostringstream out;
    app.exit(request, out, out);
    command.action = WorkerAction::kPrintText;
    command.text = std::move(out).str();
    return command;
  } catch (const CLI::ParseError& error) {
    return invalid_field(error.what(), "; `easel-worker --help` lists what there is");
  }
  EASEL_ASSIGN_OR_RETURN(const OptionLayer file, read_config(flags, environment));
  apply(file, command.options);
  apply(environment_layer(environment), command.options);
  apply(flags.layer, command.options);
  EASEL_RETURN_IF_ERROR(check_listening(command.options));
  if (!command.options.memory_budget.empty()) {
    const auto budget = parse_byte_size(command.options.memory_budget);
    if (!budget.ok()) return with_context(budget.status(), "memory_budget");
  }
  if (flags.check_config) command.action = WorkerAction::kCheckConfig;
  if (flags.print_config) command.action = WorkerAction::kPrintConfig;
  return command;
}

std::string options_toml(const WorkerOptions& options) {
  std::ostringstream out;
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) out << key << " = " << quoted(value) << "\n";
  };
  const auto boolean = [&](const char* key, bool value) {
    out << key << " = " << (value ? "true" : "false") << "\n";
  };
  text("address", options.address);
  text("tls_cert", options.tls_cert.string());
  text("tls_key", options.tls_key.string());
  text("client_ca", options.client_ca.string());
  boolean("insecure", options.insecure);
  text("registry", options.registry.string());
  text("models_dir", options.models_dir.string());
  text("device", options.device);
  text("dtype", options.dtype);
  text("memory_budget", options.memory_budget);
  out << "threads = " << options.threads << "\n"
      << "queue_limit = " << options.queue_limit << "\n"
      << "max_loaded_models = " << options.max_loaded_models << "\n"
      << "drain_seconds = " << options.drain_seconds << "\n"
      << "job_seconds = " << options.job_seconds << "\n"
      << "max_upload_megapixels = " << options.max_upload_megapixels << "\n"
      << "max_upload_mib = " << options.max_upload_mib << "\n";
  boolean("log_prompts", options.log_prompts);
  text("picture_decoder", options.picture_decoder.string());
  std::vector<std::string> keys;
  for (const std::string& key : options.load) keys.push_back(quoted(key));
  out << "load = [" << join(keys, ", ") << "]\n";
  return std::move(out).str();
}

}  // namespace easel
