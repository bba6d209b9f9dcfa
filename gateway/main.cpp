#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "base/ready_line.h"
#include "gateway/auth/admin_socket.h"
#include "gateway/auth/password_input.h"
#include "gateway/gateway.h"
#include "gateway/gateway_options.h"
#include "gateway/log_event.h"
#include "gateway/worker_client.h"
#include "storage/backup.h"
#include "storage/database.h"

namespace easel {
namespace {

constexpr int kWrongUse = 2, kFailed = 1;
constexpr std::chrono::seconds kGenerationGrace(25), kAnswerGrace(5);

// Blocked in every thread, so that only sigwait() sees them.
sigset_t block_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void warn_beyond_loopback(const std::string& host) {
  if (is_loopback(host)) return;
  log_event(LogLevel::kWarning, "reachable from other machines",
            {{"host", host},
             {"detail",
              "there is no TLS here; a proxy in front must: end TLS, "
              "limit the time for headers (5 s), bodies (30 s) and idle connections (60 s), limit "
              "body sizes (40 MiB) and connections per address, and replace X-Forwarded-For. "
              "deploy/envoy.yaml does the limits; docs/operations.md says more"}});
}

// gRPC looks at a connection that nobody waits for only this often; its default of 5 s is how long
// a worker that is back would go unseen. Before the first use of gRPC, and before any thread.
void find_the_worker_sooner() {
  ::setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", /*overwrite=*/0);
}

int serve(const GatewayOptions& options) {
  return_large_pieces_at_once();  // uploads of 20 MiB, which each thread's arena would keep
  find_the_worker_sooner();
  sigset_t signals = block_signals();
  const std::unique_ptr<ImageWorker> worker = make_worker_client(options.worker);
  absl::StatusOr<std::unique_ptr<Gateway>> created = Gateway::create(options, *worker);
  if (!created.ok()) {
    std::cerr << "easel-gateway: " << created.status().message() << "\n";
    return kFailed;
  }
  Gateway& gateway = **created;
  warn_beyond_loopback(options.host);
  std::promise<void> ended;
  std::thread server([&] {
    gateway.run();
    ended.set_value();
  });
  const std::string host =
      options.host.find(':') == std::string::npos ? options.host : concat("[", options.host, "]");
  const std::string url = concat("http://", host, ":", gateway.port(), "/");
  log_event(LogLevel::kInfo, "listening",
            {{"url", url}, {"worker", options.worker}, {"data_dir", options.data_dir}});
  announce_ready(url);
  int signal = 0;
  ::sigwait(&signals, &signal);
  log_event(LogLevel::kInfo, "stopping", {{"signal", signal}});
  gateway.stop(kGenerationGrace);
  if (ended.get_future().wait_for(kAnswerGrace) != std::future_status::ready) {
    // Readers that don't read; every row is closed and on the disk.
    log_event(LogLevel::kWarning, "stopped with answers unsent", nlohmann::json::object());
    ::_exit(0);
  }
  server.join();
  log_event(LogLevel::kInfo, "stopped", nlohmann::json::object());
  return 0;
}

// A forgotten --data-dir would make an admin of a gateway that nobody runs.
void say_where(const std::string& data_dir, bool is_new) {
  std::error_code error;
  const std::filesystem::path place = std::filesystem::absolute(data_dir, error);
  std::cout << concat("Data folder: ", error ? data_dir : place.string(), "\n");
  if (is_new) {
    std::cout << "Its database is new: if a gateway of yours has another folder, name that one by "
                 "--data-dir or EASEL_DATA_DIR.\n";
  }
}

int administer(const GatewayCommand& command) {
  AdminOrder order{command.admin_command, command.admin_name, ""};
  const bool with_password = takes_password(order.command);
  const absl::StatusOr<std::string> password =
      with_password ? read_password(command.password_file) : std::string();
  if (password.ok()) order.password = *password;
  std::error_code error;
  const bool is_new = !std::filesystem::exists(
      std::filesystem::path(command.options.data_dir) / Database::kFileName, error);
  if (is_new && !with_password) {
    std::cerr << concat("easel-gateway: no gateway has used the data folder ",
                        command.options.data_dir,
                        "; --data-dir or EASEL_DATA_DIR names another one\n");
    return kFailed;
  }
  const absl::StatusOr<std::string> done =
      password.ok() ? give_admin_order(command.options.data_dir, order) : password.status();
  if (!done.ok()) {
    std::cerr << "easel-gateway: " << done.status().message() << "\n";
    return kFailed;
  }
  std::cout << *done;
  say_where(command.options.data_dir, is_new);
  return 0;
}

int back_up(const GatewayCommand& command) {
  const auto start = std::chrono::steady_clock::now();
  const auto say_contents = [](const DatabaseContents& database) {
    std::cout << concat("database: ", format_byte_size(database.bytes), ", schema ",
                        database.schema_version, ", quick_check ok; ", database.generations,
                        " generations, ", database.pranks, " pranks, ", database.triggers,
                        " triggers, ", database.admins, " admins, ", database.keys, " keys\n")
              << std::flush;
  };
  const absl::StatusOr<BackupReport> made =
      make_backup(command.options.data_dir, command.backup_folder, say_contents);
  if (!made.ok()) {
    std::cerr << "easel-gateway: " << made.status().message() << "\n";
    return kFailed;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (made->missing > 0) {
    std::cerr << "easel-gateway: " << made->missing
              << " pictures that rows name were not in the data folder\n";
  }
  std::cout << concat("pictures: ", made->pictures, " files, ",
                      format_byte_size(made->picture_bytes), "\nThe backup ", command.backup_folder,
                      " was made in ", std::fixed, std::setprecision(1), seconds.count(), " s.\n");
  return 0;
}

}  // namespace
}  // namespace easel

int main(int argc, char** argv) {
  const auto command = easel::read_gateway_command(argc, argv);
  if (!command.ok()) {
    std::cerr << "easel-gateway: " << command.status().message() << "\n";
    return easel::kWrongUse;
  }
  switch (command->action) {
    case easel::GatewayAction::kExit:
      std::cout << command->text;
      return 0;
    case easel::GatewayAction::kCheckConfig:
      std::cout << "The configuration is right.\n";
      return 0;
    case easel::GatewayAction::kPrintConfig:
      std::cout << easel::gateway_config_text(command->options);
      return 0;
    case easel::GatewayAction::kAdmin:
      return easel::administer(*command);
    case easel::GatewayAction::kBackup:
      return easel::back_up(*command);
    case easel::GatewayAction::kServe:
      return easel::serve(command->options);
  }
  return easel::kFailed;
}
