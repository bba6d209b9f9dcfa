// The password of the admin `admin` from a file (--admin-password-file), read at the start.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "gateway/auth/admins.h"
#include "gateway/auth/audit_trail.h"

namespace easel {

// Makes the admin, or gives it the file's password where the file says another one than when it was
// last used: a password that was reset since then stays. What was last used is remembered in the
// data folder as its argon2id hash. INVALID_FIELD, OUTPUT_FAILED, in words for the operator.
absl::Status apply_password_file(const std::string& file, const std::filesystem::path& data_folder,
                                 Admins& admins, AuditTrail& audit);

}  // namespace easel
