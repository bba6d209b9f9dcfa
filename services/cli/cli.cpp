#include "services/cli/cli.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/strings.h"
#include "base/version.h"
#include "services/cli/bench_command.h"
#include "services/cli/console.h"
#include "services/cli/doctor/doctor_command.h"
#include "services/cli/generate_command.h"
#include "services/cli/inspect_command.h"
#include "services/cli/models_command.h"
#include "services/cli/plan_command.h"
#include "services/cli/serve_command.h"

namespace easel {
namespace {

constexpr char kAbout[] = "easel draws pictures from text with FLUX.1 models.";
constexpr char kFooter[] =
    "Exit codes: 0 done, 2 wrong use, 3 bad model, 4 out of memory, 1 anything else.\n"
    "Results go to the standard output, progress and errors to the standard error.\n\n"
    "Environment:\n"
    "  EASEL_MODELS_DIR  a folder with models as ORG/NAME\n"
    "  EASEL_REGISTRY    the file of `easel models` (default: ~/.config/easel/models.toml)\n"
    "  EASEL_DEMO_DIR    the demo model, when it is not beside the program\n"
    "  HF_HUB_CACHE, HF_HOME  the Hugging Face cache";
constexpr char kGenerateFooter[] =
    "Examples:\n"
    "  easel generate --model demo --prompt 'a large red circle' --output circle.png\n"
    "  easel generate --model flux_dev --prompt-file prompt.txt --steps 28 --seed 7 --json";
constexpr char kDoctorFooter[] =
    "Looks at processor, memory, libtorch, GPUs, disks, models, ports and the data folder, and "
    "draws one step of a picture.\n"
    "Each finding is ok, warn or fail; the exit code is 1 when one failed. Nothing is changed.";
constexpr char kPlanFooter[] =
    "Loads nothing, and needs no weights for a published model. Exit code 4: it does not fit.\n"
    "Examples:\n"
    "  easel plan --model flux-dev --memory-budget 8GiB --device cuda\n"
    "  easel plan --model flux_dev --memory-budget 4GiB --width 768 --height 768 --json";

// Every subcommand's options, and the one that was chosen.
class Cli {
 public:
  Cli() : app_(kAbout, "easel") {
    app_.set_version_flag("--version", concat("easel ", kVersion));
    app_.footer(kFooter);
    app_.require_subcommand(1);
    CLI::App* generate =
        add("generate", "Draws pictures", [this] { return run_generate(generate_, console_); });
    add_generate_options(*generate, generate_);
    generate->footer(kGenerateFooter);
    CLI::App* inspect =
        add("inspect", "Says what a model or a weights file holds, from headers alone",
            [this] { return run_inspect(inspect_, console_); });
    add_inspect_options(*inspect, inspect_);
    add_models();
    CLI::App* bench = add("bench", "Measures how long a picture takes, stage by stage",
                          [this] { return run_bench(bench_, console_); });
    add_bench_options(*bench, bench_);
    CLI::App* plan = add("plan", "Says whether and how a model fits a memory budget",
                         [this] { return run_plan(plan_, console_); });
    add_plan_options(*plan, plan_);
    plan->footer(kPlanFooter);
    CLI::App* serve = add("serve", "Runs the worker and the gateway, with the web page",
                          [this] { return run_serve(serve_, console_); });
    add_serve_options(*serve, serve_);
    CLI::App* doctor =
        add("doctor", "Says what is wrong with this machine's set-up, and what to do about it",
            [this] { return run_doctor(doctor_, console_); });
    add_doctor_options(*doctor, doctor_);
    doctor->footer(kDoctorFooter);
  }

  int run(std::vector<std::string> arguments) {
    const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::Success& request) {  // --help, --version
      app_.exit(request, console_.out, console_.err);
      return conclude(console_, absl::OkStatus(), json);
    } catch (const CLI::ParseError& error) {
      return conclude(
          console_,
          invalid_field(error.what(),
                        "; `easel --help` and `easel COMMAND --help` list what there is"),
          json);
    }
    return chosen_();
  }

 private:
  CLI::App* add(const std::string& name, const std::string& about, std::function<int()> run) {
    return attach(*app_.add_subcommand(name, about), std::move(run));
  }

  CLI::App* attach(CLI::App& command, std::function<int()> run) {
    command.callback([this, run = std::move(run)] {
      if (!chosen_) chosen_ = run;
    });
    return &command;
  }

  // A subcommand's callback comes before that of `models` itself.
  void add_models() {
    CLI::App* models =
        add("models", "Lists the models there are; adds and removes keys of the registry",
            [this] { return run_models_list(models_, console_); });
    add_models_list_options(*models, models_);
    models->require_subcommand(0, 1);
    CLI::App* add = attach(*models->add_subcommand("add", "Adds a key to the registry"),
                           [this] { return run_models_add(models_, console_); });
    add_models_add_options(*add, models_);
    CLI::App* remove = attach(*models->add_subcommand("remove", "Removes a key from the registry"),
                              [this] { return run_models_remove(models_, console_); });
    add_models_remove_options(*remove, models_);
  }

  CLI::App app_;
  Console console_{std::cin, std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1,
                   ::isatty(STDOUT_FILENO) == 1};
  GenerateOptions generate_;
  InspectOptions inspect_;
  ModelsOptions models_;
  BenchOptions bench_;
  PlanOptions plan_;
  ServeOptions serve_;
  DoctorOptions doctor_;
  std::function<int()> chosen_;
};

// CLI11 takes the next argument for the value of "--name="; here it means an empty one.
std::vector<std::string> split_empty_values(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    const bool empty_value = argument.starts_with("--") && argument.size() > 3 &&
                             argument.find('=') == argument.size() - 1;
    if (empty_value) argument.pop_back();
    arguments.push_back(std::move(argument));
    if (empty_value) arguments.emplace_back();
  }
  return arguments;
}

}  // namespace

int run_cli(int argc, const char* const* argv) {
  // A reader that went away is a failed write, not a sudden end without clean-up.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return Cli().run(split_empty_values(argc, argv));
  } catch (const std::bad_alloc&) {
    std::cerr << "easel: error: out of memory" << std::endl;
    return exit_code(make_error(Reason::kOutOfMemory, ""));
  }
}

}  // namespace easel
