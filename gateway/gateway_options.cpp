#include "gateway/gateway_options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"
#include "base/version.h"
#include "gateway/gateway_settings.h"

namespace easel {
namespace {

constexpr size_t kMaxConfigBytes = 1 << 20;

constexpr char kFooter[] =
    "Settings come from flags, then from the environment, then from the file.\n"
    "The gateway speaks plain HTTP: beyond this machine it belongs behind a proxy that ends TLS\n"
    "(deploy/envoy.yaml), as docs/operations.md says.\n\n"
    "Exit codes: 0 done, 2 wrong use or configuration, 1 anything else. SIGTERM and SIGINT end "
    "it.\n"
    "The log, one JSON object a line, goes to the standard error.\n\n"
    "Examples:\n"
    "  easel-gateway --worker unix:/run/easel/worker.sock --data-dir /var/lib/easel\n"
    "  easel-gateway admin create ada --data-dir /var/lib/easel\n"
    "  easel-gateway backup /backups/monday --data-dir /var/lib/easel";

// Of the options above, those that matter to a command; they may stand after it, too.
constexpr char kDataFolderFooter[] =
    "The gateway's options count here, too; these say which data folder is meant:\n"
    "  --data-dir FOLDER         Folder of the database and the pictures [EASEL_DATA_DIR]\n"
    "  --config FILE             TOML file that may name it as data_dir\n"
    "                            else ~/.local/share/easel\n\n";

std::string default_data_dir() {
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : concat(home, "/.local/share/easel");
}

absl::Status read_file_and_environment(const std::string& config,
                                       const std::vector<GatewaySetting>& settings) {
  if (!config.empty()) {
    const absl::StatusOr<std::string> text = read_file(config, kMaxConfigBytes);
    if (!text.ok()) return invalid_field(to_std(text.status().message()));
    EASEL_RETURN_IF_ERROR(read_gateway_toml(*text, config, settings));
  }
  for (const GatewaySetting& setting : settings) {
    const char* value = setting.variable.empty() ? nullptr : std::getenv(setting.variable.c_str());
    if (value != nullptr && *value != '\0') {
      EASEL_RETURN_IF_ERROR(setting.set(value, setting.variable));
    }
  }
  return absl::OkStatus();
}

// "admin create NAME", "admin reset NAME", "admin remove NAME", "admin list".
void add_admin_command(CLI::App& app, GatewayCommand& command) {
  CLI::App* admin =
      app.add_subcommand("admin", "Make, list and remove admins, or give one another password");
  admin->require_subcommand(1)->fallthrough();
  const auto add = [&](const char* name, const char* help, bool takes_name, bool takes_password) {
    CLI::App* sub = admin->add_subcommand(name, help)->fallthrough();
    if (takes_name) sub->add_option("NAME", command.admin_name, "The admin's name")->required();
    if (takes_password) {
      sub->add_option("--password-file", command.password_file,
                      "File whose first line is the password; else the standard input")
          ->type_name("FILE");
    }
    sub->footer(concat(kDataFolderFooter,
                       "Exit codes: 0 done, 1 not done (the name is taken, there is none), 2 wrong "
                       "use."));
    sub->callback([&command, name] { command.admin_command = name; });
  };
  add("create", "Make an admin, in the gateway that runs or in the data folder", true, true);
  add("reset", "Give an admin another password; all its sessions end", true, true);
  add("remove", "Remove an admin; all its sessions end, its API keys do not", true, false);
  add("list", "Say who is an admin, since when, and with how many sessions", false, false);
}

// "backup DESTINATION".
void add_backup_command(CLI::App& app, GatewayCommand& command) {
  CLI::App* backup = app.add_subcommand(
      "backup", "Copy the data folder, of a gateway that runs or of none, and check the copy");
  backup->fallthrough();
  backup
      ->add_option("DESTINATION", command.backup_folder,
                   "The folder to make: database and pictures, as a data folder has them")
      ->type_name("FOLDER")
      ->required();
  backup->footer(concat(kDataFolderFooter,
                        "What ends in .partial-… is of a backup that was broken off, and can be "
                        "removed.\nExit codes: 0 made, 1 not made, 2 wrong use."));
}

GatewayCommand printed(std::string text) {
  GatewayCommand command;
  command.action = GatewayAction::kExit;
  command.text = std::move(text);
  return command;
}

std::string help_of(const GatewaySetting& setting) {
  std::string help = setting.help;
  if (const std::string value = setting.text(); !value.empty()) {
    help += concat("; default ", value);
  }
  return setting.variable.empty() ? help : concat(help, " [", setting.variable, "]");
}

}  // namespace

absl::StatusOr<GatewayCommand> read_gateway_command(int argc, const char* const* argv) {
  GatewayCommand command;
  command.options.data_dir = default_data_dir();
  const std::vector<GatewaySetting> settings = gateway_settings(command.options);
  CLI::App app("easel-gateway: the REST API and the page, in front of easel-worker");
  app.footer(kFooter);
  app.set_version_flag("--version", concat("easel-gateway ", kVersion));
  std::string config;
  bool check = false, print = false;
  app.add_option("--config", config, "TOML file with the settings below, '-' written as '_'")
      ->type_name("FILE");
  app.add_flag("--check-config", check, "Say whether the configuration is right, and end");
  app.add_flag("--print-config", print, "Print the configuration as a file, and end");
  add_admin_command(app, command);
  add_backup_command(app, command);
  std::map<std::string, std::vector<std::string>> given;
  for (const GatewaySetting& setting : settings) {
    app.add_option(setting.flag(), given[setting.name], help_of(setting))
        ->expected(1)
        ->take_all()
        ->type_name(std::string(setting.type()));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return printed(app.help());
  } catch (const CLI::CallForVersion&) {
    return printed(concat("easel-gateway ", kVersion, "\n"));
  } catch (const CLI::ParseError& error) {
    return invalid_field(error.what(), " (--help lists the flags)");
  }
  EASEL_RETURN_IF_ERROR(read_file_and_environment(config, settings));
  for (const GatewaySetting& setting : settings) {
    const std::vector<std::string>& texts = given[setting.name];
    if (!texts.empty()) EASEL_RETURN_IF_ERROR(setting.set(join(texts, ","), setting.flag()));
  }
  EASEL_RETURN_IF_ERROR(check_gateway_options(command.options));
  command.action = !command.admin_command.empty() ? GatewayAction::kAdmin
                   : app.got_subcommand("backup") ? GatewayAction::kBackup
                   : check                        ? GatewayAction::kCheckConfig
                   : print                        ? GatewayAction::kPrintConfig
                                                  : GatewayAction::kServe;
  return command;
}

std::string gateway_config_text(const GatewayOptions& options) {
  GatewayOptions copy = options;
  const auto quoted = [](std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    return result + '"';
  };
  std::string text;
  for (const GatewaySetting& setting : gateway_settings(copy)) {
    text += concat("# ", setting.help, "\n", setting.name, " = ");
    if (auto* const* number = std::get_if<int64_t*>(&setting.value)) {
      text += std::to_string(**number);
    } else if (auto* const* word = std::get_if<std::string*>(&setting.value)) {
      text += quoted(**word);
    } else {
      std::vector<std::string> items;
      for (const auto& item : *std::get<std::vector<std::string>*>(setting.value)) {
        items.push_back(quoted(item));
      }
      text += concat("[", join(items, ", "), "]");
    }
    text += '\n';
  }
  return text;
}

absl::StatusOr<std::map<std::string, int64_t, std::less<>>> parse_model_costs(
    const std::vector<std::string>& texts) {
  constexpr int64_t kMaxCost = 1'000'000;
  std::map<std::string, int64_t, std::less<>> costs;
  for (const std::string& text : texts) {
    const size_t equals = std::min(text.find('='), text.size());
    int64_t units = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] =
        std::from_chars(text.data() + std::min(equals + 1, text.size()), end, units);
    const bool right =
        equals > 0 && error == std::errc() && stop == end && units >= 1 && units <= kMaxCost;
    if (!right || !costs.emplace(text.substr(0, equals), units).second) {
      return invalid_field("the cost ", quote(text),
                           " must be like flux_dev=4, once for each key: ",
                           "an engine's key (or auto) and 1 to ", kMaxCost, " units");
    }
  }
  return costs;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace easel
