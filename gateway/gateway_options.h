// How the gateway is configured. Flags go before environment variables, those before the file
// (--config, TOML), that before the defaults.
#pragma once

#include <cstdint>
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
  std::vector<std::string> cors_origins = {"http://localhost:3000", "http://localhost:3001",
                                           "https://pranks.halsted.dev",
                                           "https://flexy-face.replit.app"};
  std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For is believed
  int64_t generation_timeout = 600;          // seconds
  int64_t max_generations = 48;
  int64_t max_connections = 512;
  int64_t max_connections_per_address = 128;
  int64_t max_streams = 256;
  int64_t max_streams_per_address = 32;
};

enum class GatewayAction { kServe, kCheckConfig, kPrintConfig, kExit };

struct GatewayCommand {
  GatewayAction action = GatewayAction::kServe;
  GatewayOptions options;
  std::string text;  // with kExit: for stdout (--help, --version)
};

// Reads command line, environment and file. INVALID_FIELD, naming the flag, the variable or the
// file's line.
absl::StatusOr<GatewayCommand> read_gateway_command(int argc, const char* const* argv);

// The options as a file that --config reads.
std::string gateway_config_text(const GatewayOptions& options);

// Whether only programs on this machine can connect.
bool is_loopback(const std::string& host);

}  // namespace easel
