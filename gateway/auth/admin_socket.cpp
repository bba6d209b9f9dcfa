#include "gateway/auth/admin_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "gateway/auth/unix_socket.h"
#include "gateway/json_body.h"
#include "gateway/json_text.h"
#include "storage/database.h"

namespace easel {
namespace {

constexpr char kSocketFile[] = "admin.sock";
constexpr size_t kMaxLineBytes = 8192, kMaxAnswerBytes = 1 << 20;
constexpr int kSecondsPerRead = 5, kSecondsForAnswer = 30;
// A gateway that starts has the folder's lock a moment before it listens.
constexpr std::chrono::milliseconds kStartingTime(5000), kLookInterval(50);

absl::StatusOr<AdminOrder> read_order(std::string_view line) {
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json object, parse_json_object(line));
  JsonFields fields(object);
  AdminOrder order;
  order.command = fields.text("command").value_or("");
  order.name = fields.text("name").value_or("");
  order.password = fields.text("password").value_or("");
  EASEL_RETURN_IF_ERROR(fields.finish());
  return order;
}

absl::StatusOr<std::string> ask_gateway(int connection, const AdminOrder& order) {
  if (!is_peer_trusted(connection)) {
    return invalid_field("the gateway of this data folder runs as ", peer_user(connection),
                         ", not as this user: run the command as that one (sudo -u)");
  }
  set_time_limit(connection, kSecondsForAnswer);
  const std::string line =
      to_json_text(
          {{"command", order.command}, {"name", order.name}, {"password", order.password}}) +
      "\n";
  if (!send_all(connection, line)) return invalid_field("the gateway took no order");
  const absl::StatusOr<std::string> answer = receive_line(connection, kMaxAnswerBytes);
  if (!answer.ok()) return invalid_field("the gateway gave no answer; its log may say why");
  const nlohmann::json json = nlohmann::json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("ok"))
    return invalid_field("the gateway's answer is odd");
  if (json["ok"] == true) return json.value("text", "");
  return invalid_field(json.value("message", "the gateway refused"));
}

absl::Status not_the_owner(std::string_view what, const std::filesystem::path& path, uid_t owner) {
  return invalid_field("the ", what, " ", path.string(), " belongs to the user with the id ", owner,
                       ": run the command as that one (sudo -u)");
}

// What one user wrote into another's folder, the gateway of that user could not use: who owns the
// files is who may. Before there are any it is who owns the folder, or whom root's folder lets in
// by its group (Kubernetes' fsGroup).
absl::Status check_owner(const std::filesystem::path& data_folder) {
  const uid_t user = ::geteuid();
  struct stat info {};
  bool any = false;
  for (const char* const file : {DataFolderLock::kFileName, Database::kFileName}) {
    const std::filesystem::path path = data_folder / file;
    if (::lstat(path.c_str(), &info) != 0) continue;
    if (info.st_uid != user) return not_the_owner("file", path, info.st_uid);
    any = true;
  }
  if (any || ::stat(data_folder.c_str(), &info) != 0 || info.st_uid == user || info.st_uid == 0) {
    return absl::OkStatus();
  }
  return not_the_owner("data folder", data_folder, info.st_uid);
}

absl::StatusOr<std::string> carry_out_alone(Database& database, const AdminOrder& order) {
  AccountStore accounts(database);
  AuditStore log(database);
  Admins admins(accounts, Clock());
  AuditTrail audit(log, Clock());
  return carry_out(order, admins, audit);
}

}  // namespace

AdminSocket::AdminSocket(std::filesystem::path path, FileDescriptor listener, FileDescriptor stop,
                         Admins& admins, AuditTrail& audit)
    : path_(std::move(path)),
      listener_(std::move(listener)),
      stop_(std::move(stop)),
      admins_(admins),
      audit_(audit),
      thread_([this] { serve(); }) {}

AdminSocket::~AdminSocket() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
  ::unlink(path_.c_str());
}

absl::StatusOr<std::unique_ptr<AdminSocket>> AdminSocket::open(
    const std::filesystem::path& data_folder, Admins& admins, AuditTrail& audit) {
  const std::filesystem::path path = data_folder / kSocketFile;
  EASEL_ASSIGN_OR_RETURN(FileDescriptor listener, listen_at(path));
  FileDescriptor stop(::eventfd(0, EFD_CLOEXEC));
  return std::unique_ptr<AdminSocket>(
      new AdminSocket(path, std::move(listener), std::move(stop), admins, audit));
}

void AdminSocket::serve() {
  while (true) {
    pollfd wanted[] = {{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (::poll(wanted, std::size(wanted), -1) < 0) continue;
    if (wanted[1].revents != 0) return;
    const FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid() && is_peer_trusted(connection.get())) answer(connection.get());
  }
}

void AdminSocket::answer(int connection) {
  set_time_limit(connection, kSecondsPerRead);
  const absl::StatusOr<std::string> line = receive_line(connection, kMaxLineBytes);
  if (!line.ok()) return;
  const absl::StatusOr<AdminOrder> order = read_order(*line);
  const absl::StatusOr<std::string> done =
      order.ok() ? carry_out(*order, admins_, audit_) : order.status();
  const nlohmann::json answer =
      done.ok() ? nlohmann::json{{"ok", true}, {"text", *done}}
                : nlohmann::json{{"ok", false}, {"message", to_std(done.status().message())}};
  send_all(connection, to_json_text(answer) + "\n");
}

absl::StatusOr<std::string> give_admin_order(const std::filesystem::path& data_folder,
                                             const AdminOrder& order) {
  if (find_invalid_utf8(order.password)) return invalid_field("the password must be UTF-8");
  const auto end = std::chrono::steady_clock::now() + kStartingTime;
  while (true) {
    const absl::StatusOr<FileDescriptor> connection = connect_to(data_folder / kSocketFile);
    if (connection.ok()) return ask_gateway(connection->get(), order);
    if (!absl::IsNotFound(connection.status())) return connection.status();
    EASEL_RETURN_IF_ERROR(check_owner(data_folder));
    const absl::StatusOr<std::unique_ptr<Database>> database = Database::open(data_folder);
    if (database.ok()) return carry_out_alone(**database, order);
    if (std::chrono::steady_clock::now() > end) return database.status();
    std::this_thread::sleep_for(kLookInterval);
  }
}

}  // namespace easel
