// easel serve: the worker and the gateway together.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/cli/console.h"

namespace easel {

struct ServeOptions {
  std::string host;  // of the gateway; "" and 0: its own default
  int port = 0;
  std::string worker_address;                 // "": its own default
  std::string device;                         // of the worker; "": its own default
  std::string worker_config, gateway_config;  // TOML files; "": none
  std::string data_dir;
  std::filesystem::path programs;  // where easel-worker and easel-gateway lie
};

void add_serve_options(CLI::App& app, ServeOptions& options);

// Starts the worker, then the gateway, which is told where the worker listens, says where the page
// is, and serves until SIGINT or SIGTERM; both then finish what runs, the gateway first. A worker
// that dies is started again; when the gateway dies, or the worker before it was ready once, that
// is the end. Returns the exit code.
int run_serve(const ServeOptions& options, const Console& console);

}  // namespace easel
