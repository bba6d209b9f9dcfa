#include "services/cli/serve_command.h"

#include <poll.h>

#include <csignal>
#include <ctime>
#include <optional>
#include <ostream>
#include <utility>

#include "base/error.h"
#include "services/cli/child_process.h"

namespace easel {
namespace {

constexpr int kPollMilliseconds = 100;
constexpr int kRestartPauseSeconds = 1;  // a worker that dies at once must not eat the machine

// SIGINT, SIGTERM and SIGCHLD wait to be asked for; before it every other thread must not exist.
class BlockedSignals {
 public:
  BlockedSignals() {
    ::sigemptyset(&set_);
    for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) ::sigaddset(&set_, signal);
    ::sigprocmask(SIG_BLOCK, &set_, &old_);
  }
  ~BlockedSignals() { ::sigprocmask(SIG_SETMASK, &old_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

  // The next of them, or 0 when none comes within `milliseconds`.
  int next(int milliseconds) {
    const timespec limit{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
    const int signal = ::sigtimedwait(&set_, nullptr, &limit);
    return signal < 0 ? 0 : signal;
  }

 private:
  sigset_t set_, old_;
};

class Server {
 public:
  Server(const ServeOptions& options, const Console& console)
      : options_(options), console_(console), worker_address_(options.worker_address) {}

  absl::Status run() {
    EASEL_RETURN_IF_ERROR(start(worker_, "easel-worker", worker_arguments(), worker_address_));
    if (stopped_) return absl::OkStatus();
    std::string page;
    EASEL_RETURN_IF_ERROR(start(gateway_, "easel-gateway", gateway_arguments(), page));
    if (stopped_) return absl::OkStatus();
    console_.out << "easel: the page is at " << page << std::endl;
    EASEL_RETURN_IF_ERROR(serve());
    console_.err << "easel: stopping" << std::endl;
    stop(gateway_);  // first, so that no new work comes
    stop(worker_);
    return absl::OkStatus();
  }

 private:
  std::vector<std::string> worker_arguments() const {
    std::vector<std::string> arguments;
    add(arguments, "--config", options_.worker_config);
    add(arguments, "--address", worker_address_);
    add(arguments, "--device", options_.device);
    return arguments;
  }

  std::vector<std::string> gateway_arguments() const {
    std::vector<std::string> arguments;
    add(arguments, "--config", options_.gateway_config);
    add(arguments, "--host", options_.host);
    if (options_.port != 0) add(arguments, "--port", std::to_string(options_.port));
    add(arguments, "--worker", worker_address_);
    add(arguments, "--data-dir", options_.data_dir);
    return arguments;
  }

  static void add(std::vector<std::string>& arguments, const char* name, const std::string& value) {
    if (value.empty()) return;
    arguments.emplace_back(name);
    arguments.push_back(value);
  }

  // Starts a program and waits until it serves, at `address`, or a signal says stop.
  absl::Status start(std::optional<ChildProcess>& child, const std::string& name,
                     std::vector<std::string> arguments, std::string& address) {
    EASEL_ASSIGN_OR_RETURN(child,
                           ChildProcess::start(options_.programs / name, std::move(arguments)));
    pollfd ready{child->ready_fd(), POLLIN, 0};
    while (::poll(&ready, 1, kPollMilliseconds) <= 0) {
      const int signal = signals_.next(/*milliseconds=*/0);
      stopped_ = signal == SIGINT || signal == SIGTERM;
      if (stopped_) return absl::OkStatus();
    }
    if (std::optional<std::string> line = child->ready_line()) {
      address = *std::move(line);
      return absl::OkStatus();
    }
    child->wait();
    return make_error(Reason::kInferenceFailed,
                      concat(name, " ended before it served (", child->how_it_ended(),
                             "); its message is above"));
  }

  // Until SIGINT or SIGTERM.
  absl::Status serve() {
    while (true) {
      const int signal = signals_.next(/*milliseconds=*/1000);
      if (signal == SIGINT || signal == SIGTERM) return absl::OkStatus();
      if (gateway_->ended()) {
        return make_error(Reason::kInferenceFailed,
                          concat("easel-gateway ended (", gateway_->how_it_ended(), ")"));
      }
      if (worker_->ended()) EASEL_RETURN_IF_ERROR(restart_worker());
      if (stopped_) return absl::OkStatus();
    }
  }

  absl::Status restart_worker() {
    console_.err << "easel: easel-worker ended (" << worker_->how_it_ended()
                 << "); starting it again" << std::endl;
    const int signal = signals_.next(kRestartPauseSeconds * 1000);
    stopped_ = signal == SIGINT || signal == SIGTERM;
    if (stopped_) return absl::OkStatus();
    return start(worker_, "easel-worker", worker_arguments(), worker_address_);
  }

  static void stop(std::optional<ChildProcess>& child) {
    child->terminate();
    child->wait();
  }

  const ServeOptions& options_;
  const Console& console_;
  std::string worker_address_;  // "": its own default; once it has told its own, that for good
  BlockedSignals signals_;
  std::optional<ChildProcess> worker_, gateway_;  // gateway_ goes first
  bool stopped_ = false;
};

}  // namespace

void add_serve_options(CLI::App& app, ServeOptions& options) {
  options.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  app.add_option("--host", options.host, "address of the gateway (127.0.0.1)");
  app.add_option("--port", options.port, "port of the gateway (7999)")
      ->check(CLI::Range(1, 65535))
      ->envname("EASEL_GATEWAY_PORT");
  app.add_option("--worker-address", options.worker_address,
                 "address of the worker (127.0.0.1:50051), or unix:PATH");
  app.add_option("--device", options.device, "device of the worker: auto, cpu, cuda:0, ... (auto)");
  app.add_option("--data-dir", options.data_dir, "folder of the gateway's database and pictures");
  app.add_option("--worker-config", options.worker_config, "TOML file of the worker");
  app.add_option("--gateway-config", options.gateway_config, "TOML file of the gateway");
}

int run_serve(const ServeOptions& options, const Console& console) {
  return conclude(console, Server(options, console).run(), /*json=*/false);
}

}  // namespace easel
