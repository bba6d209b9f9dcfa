// How the gateway is configured. Flags go before environment variables, those before the file
// (--config, TOML), that before the defaults.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace easel {

struct GatewayOptions {
  std::string host = "127.0.0.1";
  int64_t port = 7999;
  std::string worker = "127.0.0.1:50051";  // as gRPC takes it
  std::string data_dir;                    // database, pictures, thumbnails
  int64_t max_image_side = 768;            // pixels
  int64_t max_upload_megapixels = 64;      // of 2^20 pixels
  std::string picture_decoder;             // the program that reads uploads; "": beside this one
  std::vector<std::string> cors_origins = {"http://localhost:3000", "http://localhost:3001",
                                           "https://pranks.halsted.dev",
                                           "https://flexy-face.replit.app"};
  std::vector<std::string> admin_origins;    // whose pages may act with an admin's cookie
  std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For is believed
  std::vector<std::string> allowed_hosts;    // names; none: see docs/operations.md
  int64_t generation_timeout = 600;          // seconds
  int64_t max_generations = 48;
  int64_t max_connections = 512;
  int64_t max_connections_per_address = 128;
  int64_t max_streams = 256;
  int64_t max_streams_per_address = 32;
  std::string anonymous = "allow";       // "allow" or "refuse"
  std::string secure_cookies = "auto";   // "auto": behind TLS, "always"
  std::string admin_password_file;       // makes or updates the admin `admin` at the start
  int64_t rate_limit = 0;                // units a minute and client; 0: none
  int64_t daily_quota = 0;               // units a day and client; 0: none
  std::vector<std::string> model_costs;  // "flux_dev=4"
  int64_t max_pranks = 100'000;
  int64_t keep_days = 0;           // of generations; 0: all are kept
  int64_t max_prank_mib = 20'480;  // of all pictures of pranks
};

enum class GatewayAction { kServe, kCheckConfig, kPrintConfig, kExit, kAdmin, kBackup };

struct GatewayCommand {
  GatewayAction action = GatewayAction::kServe;
  GatewayOptions options;
  // With kAdmin: what to do ("create", "reset", "remove" or "list"), with whom, and where the
  // password stands ("" for the standard input).
  std::string admin_command, admin_name, password_file;
  std::string backup_folder;  // with kBackup: the folder to make
  std::string text;           // with kExit: for stdout (--help, --version)
};

// Reads command line, environment and file. INVALID_FIELD, naming the flag, the variable or the
// file's line.
absl::StatusOr<GatewayCommand> read_gateway_command(int argc, const char* const* argv);

// The options as a file that --config reads.
std::string gateway_config_text(const GatewayOptions& options);

// "flux_dev=4" → units of a picture by that engine. INVALID_FIELD for what is none.
absl::StatusOr<std::map<std::string, int64_t, std::less<>>> parse_model_costs(
    const std::vector<std::string>& texts);

// Whether only programs on this machine can connect.
bool is_loopback(const std::string& host);

}  // namespace easel
