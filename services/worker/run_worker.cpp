#include "services/worker/run_worker.h"

#include <unistd.h>

#include <cstdlib>
#include <future>
#include <iostream>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/ready_line.h"
#include "services/worker/grpc_log.h"
#include "services/worker/signals.h"

namespace easel {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUse = 2;
constexpr std::chrono::milliseconds kSignalPoll{100};

int conclude(const absl::Status& status) {
  if (status.ok()) return kDone;
  std::cerr << "easel-worker: " << status.message() << std::endl;
  return reason_of(status) == Reason::kInvalidField ? kWrongUse : kFailed;
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

absl::Status check_config(const WorkerOptions& options) {
  EASEL_RETURN_IF_ERROR(ModelRegistry::load(places_of(options, model_places())).status());
  std::cout << "the configuration holds" << std::endl;
  return absl::OkStatus();
}

// Until it is told to end, and has.
void steer(Worker& worker, const WorkerOptions& options, JsonLog& log) {
  std::optional<WorkerSignal> signal;
  while (signal != WorkerSignal::kEnd) {
    signal = wait_for_signal(std::chrono::hours(1));
    if (signal == WorkerSignal::kReload) worker.reload();
  }
  log.write(LogLevel::kInfo, "draining", {{"limit_seconds", options.drain_seconds}});
  const std::future<void> drained = std::async(
      std::launch::async, [&] { worker.drain(std::chrono::seconds(options.drain_seconds)); });
  while (drained.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    // Who asks twice does not want to wait.
    if (wait_for_signal(kSignalPoll) == WorkerSignal::kEnd) {
      worker.drain(std::chrono::milliseconds(0));
    }
  }
  log.write(LogLevel::kInfo, "stopped", {});
}

absl::Status serve(const WorkerOptions& options, const MakeParts& make_parts) {
  JsonLog log(STDOUT_FILENO);
  log_grpc_messages(log);
  EASEL_ASSIGN_OR_RETURN(WorkerParts parts, make_parts(options));
  EASEL_ASSIGN_OR_RETURN(
      const std::unique_ptr<Worker> worker,
      Worker::start(options, places_of(options, model_places()), std::move(parts), log));
  announce_ready(worker->address());
  steer(*worker, options, log);
  return absl::OkStatus();
}

}  // namespace

int run_worker(int argc, const char* const* argv, const MakeParts& make_parts) {
  block_signals();
  const absl::StatusOr<WorkerCommand> command = parse_worker_command(argc, argv, variable);
  if (!command.ok()) return conclude(command.status());
  switch (command->action) {
    case WorkerAction::kPrintText:
      std::cout << command->text << std::flush;
      return kDone;
    case WorkerAction::kCheckConfig:
      return conclude(check_config(command->options));
    case WorkerAction::kPrintConfig:
      std::cout << options_toml(command->options) << std::flush;
      return kDone;
    case WorkerAction::kServe:
      break;
  }
  return conclude(serve(command->options, make_parts));
}

}  // namespace easel
