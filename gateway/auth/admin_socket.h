// Admins made, removed and listed, and passwords set from this machine: a unix socket in the data
// folder (0600) that answers programs of the gateway's own user and root alone.
//
// One order a connection, one line of JSON each way: {"command", "name", "password"} →
// {"ok": true, "text"} or {"ok": false, "message"}.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/auth/admin_order.h"
#include "gateway/auth/admins.h"
#include "gateway/auth/audit_trail.h"
#include "storage/file_descriptor.h"

namespace easel {

class AdminSocket {
 public:
  // Listens on `data_folder`/admin.sock, whose lock the caller holds. `admins` and `audit` must
  // outlive the socket. OUTPUT_FAILED.
  static absl::StatusOr<std::unique_ptr<AdminSocket>> open(const std::filesystem::path& data_folder,
                                                           Admins& admins, AuditTrail& audit);
  // Stops, and removes the file.
  ~AdminSocket();

 private:
  AdminSocket(std::filesystem::path path, FileDescriptor listener, FileDescriptor stop,
              Admins& admins, AuditTrail& audit);
  void serve();
  void answer(int connection);

  const std::filesystem::path path_;
  const FileDescriptor listener_, stop_;
  Admins& admins_;
  AuditTrail& audit_;
  std::thread thread_;
};

// Gives the order to the gateway that uses the data folder; where none does, carries it out itself
// under the folder's lock. What came of it, and errors, in words for the operator.
absl::StatusOr<std::string> give_admin_order(const std::filesystem::path& data_folder,
                                             const AdminOrder& order);

}  // namespace easel
