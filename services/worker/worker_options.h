// How the worker is set up: by flags, else the environment, else a TOML file, else defaults.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/models/model_places.h"

namespace easel {

struct WorkerOptions {
  std::string address = "127.0.0.1:50051";  // or unix:PATH
  std::filesystem::path tls_cert, tls_key, client_ca;
  bool insecure = false;             // other machines may connect without certificates
  std::filesystem::path registry;    // "": as model_places()
  std::filesystem::path models_dir;  // "": as model_places()
  std::string device = "auto";
  std::string dtype = "auto";
  std::string memory_budget;  // "6GiB"; "": none
  int64_t threads = 0;        // 0: every core
  int64_t queue_limit = 64;
  int64_t max_loaded_models = 1;
  std::vector<std::string> load;  // keys, loaded before the worker says that it serves
  int64_t drain_seconds = 30;
  int64_t job_seconds = 0;  // 0: as long as the caller's deadline allows
  bool log_prompts = false;
  int64_t max_upload_megapixels = 64;     // of 2^20 pixels, each picture that a caller sends
  int64_t max_upload_mib = 25;            // its file
  std::filesystem::path picture_decoder;  // the program that reads pictures; "": beside this one
};

enum class WorkerAction { kServe, kCheckConfig, kPrintConfig, kPrintText };

struct WorkerCommand {
  WorkerOptions options;
  WorkerAction action = WorkerAction::kServe;
  std::string text;  // of --help or --version
};

// INVALID_FIELD: an unknown flag or key, a value of the wrong type or range (for a file with its
// line), options that contradict each other.
absl::StatusOr<WorkerCommand> parse_worker_command(int argc, const char* const* argv,
                                                   const Environment& environment);

// The file's format, with every value: `--config` of it gives the same options.
std::string options_toml(const WorkerOptions& options);

}  // namespace easel
