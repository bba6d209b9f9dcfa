// What the command `easel-gateway admin` can have done.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "gateway/auth/admins.h"
#include "gateway/auth/audit_trail.h"

namespace easel {

struct AdminOrder {
  std::string command;   // "create", "reset", "remove" or "list"
  std::string name;      // but for list
  std::string password;  // of create and reset
};

// Whether the command sets a password; the others make no database where there is none.
bool takes_password(const std::string& command);

// Does it, and writes down what changes something. What came of it, in words for the operator;
// INVALID_FIELD in such words.
absl::StatusOr<std::string> carry_out(const AdminOrder& order, Admins& admins, AuditTrail& audit);

}  // namespace easel
